"""Pull images from registries: the second version of Docker's protocol, which is that of OCI, over httpx."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import ssl
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox.local.images.config import MOST_JSON, choose_manifest, parse_config, parse_json
from opensandbox.local.images.digests import check_digest, digest_of, verified
from opensandbox.local.images.errors import ImageBroken, ImageError
from opensandbox.local.images.layers import LayerSource
from opensandbox.local.images.login import Login, kept_login
from opensandbox.local.images.names import DEFAULT_REGISTRY, Name
from opensandbox.local.images.requests import Requests

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
    from pathlib import Path

    from opensandbox.local.images.store import Image, ImageStore

_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_AT_ONCE = 3
_MOST_BREAKS = 5
_POLL = 0.2


class Registries:
    """How images are pulled. `default` is where short names belong, `mirror` is asked before the default registry, `ca` vouches for all."""

    def __init__(
        self, default: str = DEFAULT_REGISTRY.name, *, mirror: str | None = None, ca: Path | None = None
    ) -> None:
        self.default = default
        self._mirror = mirror
        self._ca = ca

    async def pull(
        self,
        name: Name,
        store: ImageStore,
        *,
        login: Login | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> Image:
        """Pull an image and keep it under its name. Layers that are there are not fetched again, and one whose download broke off is continued.

        `login` goes before what `docker login` has kept. Raises ImageError, and OSError where the disk refuses.
        """
        login = login or await asyncio.to_thread(kept_login, name.registry)
        problems = []
        for host in self._hosts(name):
            own = login if host != self._mirror else await asyncio.to_thread(kept_login, host)
            try:
                async with self._asking(host, own) as requests:
                    with store.adding():
                        return await _Pull(requests, name, store, report).run()
            # The last two are how a redirection to a port beyond all ports ends.
            except (
                ImageError, httpx.HTTPError, httpx.InvalidURL, OverflowError, ExceptionGroup,
            ) as error:  # fmt: skip
                reason = str(error) or type(error).__name__
                problems.append(f"{host}: {reason}")
        raise ImageError(f"{name} cannot be pulled: {'; '.join(problems)}")

    def _hosts(self, name: Name) -> list[str]:
        if name.registry != DEFAULT_REGISTRY.name:
            return [name.registry]
        return [*filter(None, [self._mirror]), DEFAULT_REGISTRY.host]

    @contextlib.asynccontextmanager
    async def _asking(self, host: str, login: Login | None) -> AsyncIterator[Requests]:
        trusted = ssl.create_default_context()
        if self._ca is not None:
            trusted.load_verify_locations(self._ca)
        requests = await Requests.to(host, login, trusted)
        try:
            yield requests
        finally:
            await requests.close()


class _Pull:
    def __init__(
        self, requests: Requests, name: Name, store: ImageStore, report: Callable[[str], None]
    ) -> None:
        self._requests = requests
        self._name = name
        self._store = store
        self._report = report
        self._total = 0
        self._done: dict[str, int] = {}
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> Image:
        self._report(f"pulling {self._name}")
        try:
            first, layers, config = await self._described()
            sources = await self._layers(config, layers)
        except (AttributeError, KeyError, TypeError) as error:
            raise ImageBroken(
                f"what the registry says of {self._name} is not what it should be: {error}"
            ) from error
        image = await self._store.add(
            config, sources, names=[self._name], manifest=first, report=self._unpacking
        )
        for layer in layers:
            self._place(layer["digest"]).unlink(missing_ok=True)
        return image

    async def _described(self) -> tuple[str, list[Any], bytes]:
        """The digest that the name has, the layers of the image for this machine, and its configuration."""
        digest, manifest = await self._manifest(self._name.reference)
        first = digest
        for _ in range(2):
            if "manifests" not in manifest:
                break
            digest = check_digest(choose_manifest(manifest["manifests"], str(self._name)).get("digest"))
            _, manifest = await self._manifest(digest)
        described, layers = manifest.get("config"), manifest.get("layers")
        if not isinstance(described, dict) or not isinstance(layers, list):
            raise ImageError(
                f"{self._name} has a manifest of a kind that is not read here ({manifest.get('mediaType')}, schema "
                f"{manifest.get('schemaVersion')}); push it again with a newer client"
            )
        config_digest = check_digest(described.get("digest"))
        config = verified(
            await self._small(f"blobs/{config_digest}"), config_digest, "the configuration of the image"
        )
        return first, layers, config

    async def _manifest(self, reference: str) -> tuple[str, dict[str, Any]]:
        content = await self._small(f"manifests/{reference}", accept=", ".join(_MANIFESTS))
        if ":" in reference:
            verified(content, reference, "the manifest")
        return digest_of(content) if ":" not in reference else reference, parse_json(content, "the manifest")

    async def _small(self, path: str, accept: str = "*/*") -> bytes:
        content = b""
        async with self._requests.get(self._name.repository, path, {"Accept": accept}) as response:
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > MOST_JSON:
                    raise ImageBroken(f"{path} of {self._name} has more than {MOST_JSON} bytes")
        return content

    async def _layers(self, config: bytes, layers: list[Any]) -> list[LayerSource]:
        kept = parse_config(config).layers
        sources, wanted = [], []
        for number, layer in enumerate(layers):
            digest, size = check_digest(layer.get("digest")), layer.get("size")
            if not isinstance(size, int) or size < 0:
                raise ImageBroken(f"the manifest says {size!r} of the size of the layer {digest}")
            sources.append(LayerSource(partial(_opened, self._place(digest)), digest, size))
            plain = kept[number] if number < len(kept) else None
            if not self._there(plain):
                wanted.append((digest, size, plain))
        self._total = sum(size for _, size, _ in set(wanted))
        self._store.downloads.mkdir(parents=True, exist_ok=True)
        await gathered(self._fetch(*layer) for layer in dict.fromkeys(wanted))
        return sources

    def _there(self, plain: str | None) -> bool:
        return plain is not None and self._store.layer_record(plain) is not None

    def _place(self, digest: str) -> Path:
        return self._store.downloads / digest.replace(":", "-")

    async def _fetch(self, digest: str, size: int, plain: str | None) -> None:
        """Have a layer in a file. What is there of it is not fetched again."""
        async with self._turns, _appending(self._place(digest)) as file:
            if self._there(plain):
                return  # somebody else had begun it, and has unpacked it
            breaks = 0
            while (begun := os.fstat(file).st_size) < size:
                try:
                    await self._continue(file, digest, begun, size)
                except httpx.TransportError as error:
                    breaks = 1 if os.fstat(file).st_size > begun else breaks + 1
                    if breaks >= _MOST_BREAKS:
                        raise ImageError(f"the layer {digest} breaks off again and again: {error}") from error
                    await asyncio.sleep(0.2 * breaks)
            if os.fstat(file).st_size > size:
                os.ftruncate(file, 0)
                raise ImageBroken(f"the layer {digest} has more than {size} bytes, which the manifest names")

    async def _continue(self, file: int, digest: str, begun: int, size: int) -> None:
        headers = {"Range": f"bytes={begun}-"} if begun else {}
        async with self._requests.get(self._name.repository, f"blobs/{digest}", headers) as response:
            if begun and response.status_code != 206:
                os.ftruncate(file, 0)
                begun = 0
            received = begun
            async for piece in response.aiter_raw():
                received += len(piece)
                self._done[digest] = received
                os.write(file, piece)
                done = sum(self._done.values())
                self._report(f"pulling {self._name}: {done >> 20} of {self._total >> 20} MiB")
                if received > size:
                    return
        if received < size:
            raise httpx.RemoteProtocolError("the answer was shorter than the layer")

    def _unpacking(self, progress: str) -> None:
        self._report(f"unpacking {self._name}: {progress}")


async def gathered(works: Iterable[Coroutine[object, object, None]]) -> None:
    """Do several things at once. The first failure ends the others, and is raised as it is."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def _appending(path: Path) -> AsyncIterator[int]:
    """A file that nobody else appends to meanwhile; waits for that."""
    while (file := _claimed(path)) is None:
        await asyncio.sleep(_POLL)
    try:
        yield file
    finally:
        os.close(file)


def _claimed(path: Path) -> int | None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever was done with it may have removed it between the two steps.
        if os.path.samestat(os.fstat(file), os.stat(path)):
            return file
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(file)
    return None


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb", buffering=0) as file:
            yield file
    except ImageBroken:
        path.unlink(missing_ok=True)  # it would be continued, and be as broken
        raise
