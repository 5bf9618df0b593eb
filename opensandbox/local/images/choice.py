"""Which image a name means on one server: a directory, an image that is kept, one that is pulled, or none."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opensandbox.local.errors import ApiError
from opensandbox.local.images.archives import Archive
from opensandbox.local.images.errors import ImageError
from opensandbox.local.images.names import parse_name
from opensandbox.local.runtime.pythons import BIN
from opensandbox.local.runtime.spec import ImageStack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opensandbox.local.images.login import Login
    from opensandbox.local.images.names import Name
    from opensandbox.local.images.registry import Registries
    from opensandbox.local.images.store import Image, ImageStore
    from opensandbox.local.settings import Pull

logger = logging.getLogger("opensandbox.local")

REGISTRY_SCHEME = "docker://"
_OUR_PROGRAMS = str(BIN)
"""Where Python is found in an image that has none."""


class Choice(NamedTuple):
    """What a sandbox of an image runs on: a root, by None this machine's programs, and then a remark that says so."""

    root: Path | None
    message: str | None = None


class Images:
    """The images of one server. `close` lets others remove them.

    `given` maps names to directories, archives, or `docker://` names. `strict` refuses images that are not there, and `pull` says when
    they are fetched.
    """

    def __init__(
        self,
        store: ImageStore,
        registries: Registries,
        *,
        given: Mapping[str, Path | str],
        pull: Pull = "never",
        strict: bool = False,
    ) -> None:
        self._store = store
        self._registries = registries
        self._pull = pull
        self._strict = strict
        self._sources = {name: source for name, source in given.items() if not _is_root(source)}
        self._roots = {name: Path(source) for name, source in given.items() if _is_root(source)}
        self._held: dict[Path, int] = {}
        self._said: set[str] = set()
        self._pulling: dict[tuple[str, Login | None], asyncio.Task[Path]] = {}

    async def prepare(self, report: Callable[[str], None]) -> None:
        """Have what the server was given as files or names of a registry. Raises ImageError, and OSError for a file that cannot be read."""
        for name, source in self._sources.items():
            report(f"image {name} from {source}")
            self._roots[name] = (await self._prepared(name, source)).root

    async def _prepared(self, name: str, source: Path | str) -> Image:
        if isinstance(source, str):
            wanted = self._name(source.removeprefix(REGISTRY_SCHEME))
            found = None if self._pull == "always" else self._store.find(wanted)
            return found or await self._registries.pull(wanted, self._store)
        return (await load(self._store, source, self._registries.default, names=[self._name(name)]))[0]

    @property
    def roots(self) -> list[Path]:
        """The roots of all images that the server was given."""
        return list(self._roots.values())

    def choose(self, uri: str) -> Choice:
        """What a sandbox of an image runs on, without pulling anything.

        Raises the error of a real server where that is nothing but this machine's programs, and the server is strict.
        """
        if root := self._there(uri):
            return Choice(root)
        if self._strict:
            raise _not_pulled(uri, "it is not there, and this server pulls nothing (--pull)")
        message = (
            f"image {uri!r} is not there: the sandbox runs on the programs of this machine. Pull it (--pull missing, or "
            "`opensandbox-local pull`), load it (`opensandbox-local load`), or name a directory or archive (--image)"
        )
        if uri not in self._said:
            self._said.add(uri)
            logger.warning("%s", message)
        return Choice(None, message)

    def must_be_pulled(self, uri: str) -> bool:
        """Whether `obtain` is to be asked before `choose`."""
        if self._pull == "never" or self._given(uri):
            return False
        return self._pull == "always" or self._there(uri) is None

    async def obtain(self, uri: str, login: Login | None, report: Callable[[str], None]) -> Path:
        """Pull an image, once for all that wait for it, and return its root. Raises the error of a real server where that fails."""
        key = (uri, login)
        task = self._pulling.get(key)
        if task is None:
            task = self._pulling[key] = asyncio.create_task(self._obtain(uri, login, report))
            task.add_done_callback(lambda _: self._pulling.pop(key, None))
        return await asyncio.shield(task)

    async def _obtain(self, uri: str, login: Login | None, report: Callable[[str], None]) -> Path:
        try:
            image = await self._registries.pull(self._name(uri), self._store, login=login, report=report)
        except (ImageError, OSError) as error:
            logger.warning("image %s could not be pulled: %s", uri, error)
            raise _not_pulled(uri, str(error)) from error
        return image.root

    def stack_of(self, root: Path) -> ImageStack | None:
        """What an image is made of, kept from removal from now on; None for a directory that is a root itself."""
        image = self._store.read(root)
        if image is None:
            return None
        if root not in self._held:
            self._held[root] = self._store.hold(image)
        config = image.config
        env = dict(config.env)
        if (path := env.get("PATH")) and _OUR_PROGRAMS not in path.split(":"):
            env["PATH"] = f"{path}:{_OUR_PROGRAMS}"
        return ImageStack(image.trees, env, config.directory, config.volumes, config.user)

    def close(self) -> None:
        """Give up what is being pulled, and let images be removed. Harmless when repeated."""
        for task in self._pulling.values():
            task.cancel()
        while self._held:
            os.close(self._held.popitem()[1])

    def _there(self, uri: str) -> Path | None:
        if given := self._given(uri):
            return given
        try:
            image = self._store.find(self._name(uri))
        except ImageError:
            return None
        return None if image is None else image.root

    def _given(self, uri: str) -> Path | None:
        """The directory for a name, with or without its tag."""
        name = uri.partition("@")[0]
        last = name.rpartition("/")[2]
        untagged = name[: -len(last)] + last.partition(":")[0] if last else name
        return self._roots.get(uri) or self._roots.get(untagged)

    def _name(self, uri: str) -> Name:
        return parse_name(uri, self._registries.default)


async def load(
    store: ImageStore,
    path: Path,
    registry: str,
    *,
    names: list[Name] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> list[Image]:
    """Keep the images of a file or of a directory in OCI layout; `names` go before their own, where there is one image.

    Raises ImageError, and OSError for a file that cannot be read.
    """
    archive = Archive(path, registry)
    found = await asyncio.to_thread(archive.__enter__)
    try:
        if names and len(found) > 1:
            raise ImageError(f"{path} holds {len(found)} images; a name can be given to one only")
        return [
            await store.add(
                image.config, image.layers, names=names or image.names, manifest=image.manifest, report=report
            )
            for image in found
        ]
    finally:
        archive.__exit__()


def _is_root(source: Path | str) -> bool:
    return isinstance(source, Path) and source.is_dir() and not (source / "index.json").is_file()


def _not_pulled(uri: str, reason: str) -> ApiError:
    return ApiError(500, "DOCKER::SANDBOX_IMAGE_PULL_FAILED", f"image {uri!r} cannot be had: {reason}")
