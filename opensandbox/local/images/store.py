"""Images on disk, in one directory.

lock                  shared while something is added, exclusive while something is removed
names.json            which image a name means
roots/<id>/           one image: `image.json` says its layers and configuration, a server that uses it holds `lock`
layers/<id>/tree      one unpacked layer, beside `layer.json`; shared by all images that have it
downloads/            layers as a registry has them, complete or not
layers/<id>.*.new     one that is being unpacked, or was when its process was killed
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opensandbox.local.images.config import ImageConfig, check_platform, parse_config
from opensandbox.local.images.digests import digest_of, file_name
from opensandbox.local.images.errors import ImageBroken, ImageError, ImageInUse
from opensandbox.local.images.layers import unpacked
from opensandbox.local.images.merging import fitting
from opensandbox.local.kept import read_record, write_record
from opensandbox.local.record import now
from opensandbox.local.runtime.bubblewrap import find_bubblewrap
from opensandbox.local.runtime.process import uninterrupted
from opensandbox.local.runtime.storage import Owner, remove_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from opensandbox.local.images.layers import LayerSource
    from opensandbox.local.images.names import Name

_RECORD, _LAYER, _NAMES, _LOCK = "image.json", "layer.json", "names.json", "lock"
_STAND_ON_IMAGES = ("snapshots/*/snapshot.json", "templates/*/template.json")
"""Where in the state directory others say which image they stand on."""
_RESERVE = 256 << 20
"""Bytes of the disk that no layer may fill."""


@dataclass(frozen=True)
class Image:
    """One image that is there. `root` stands for it wherever a sandbox can have a root directory."""

    root: Path
    digest: str
    manifest: str | None
    config: ImageConfig
    trees: tuple[Path, ...]
    """Directories of the layers, lowest first."""
    size: int
    created_at: datetime


@dataclass(frozen=True)
class Removed:
    """What a collection removed."""

    images: int
    layers: int


class ImageStore:
    """The images in one directory. Servers and commands may use it at the same time.

    It is a part of a state directory, whose snapshots and templates keep the images that they stand on.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self._roots, self._layers = self.directory / "roots", self.directory / "layers"
        self.downloads = self.directory / "downloads"
        """What has been fetched of layers; a download that broke off is continued from there."""

    def names(self) -> dict[str, Path]:
        """All names in their kept spelling, and the root of the image that each means."""
        members = read_record(self.directory / _NAMES) or {}
        return {name: self._roots / root for name, root in sorted(members.items())}

    def find(self, name: Name) -> Image | None:
        """The image that a name means, if it is there."""
        if root := self.names().get(name.key):
            return self.read(root)
        if name.digest is not None:
            for image in self.images():
                if name.digest in (image.manifest, image.digest):
                    return image
        return None

    def read(self, root: Path) -> Image | None:
        """The image with a root; None for a directory that is no image of this store."""
        if root.parent != self._roots or (members := read_record(root / _RECORD)) is None:
            return None
        return Image(
            root=root,
            digest=members["digest"],
            manifest=members["manifest"],
            config=parse_config(members["config"].encode()),
            trees=tuple(self._layers / layer / "tree" for layer in members["layers"]),
            size=members["size"],
            created_at=datetime.fromisoformat(members["created_at"]),
        )

    def images(self) -> list[Image]:
        """All images that are there, with a name or without."""
        roots = sorted(self._roots.iterdir()) if self._roots.is_dir() else []
        return [image for root in roots if (image := self.read(root)) is not None]

    async def add(
        self,
        config: bytes,
        layers: Sequence[LayerSource],
        *,
        names: Sequence[Name] = (),
        manifest: str | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> Image:
        """Keep an image under names, which then mean this one. Layers that are there already are not read again.

        Raises ImageError, and OSError where the disk refuses; what was unpacked until then counts as a beginning of the next attempt.
        """
        parsed = parse_config(config)
        check_platform(config)
        if len(parsed.layers) != len(layers):
            raise ImageBroken(
                f"the image has {len(layers)} layers, and its configuration names {len(parsed.layers)}"
            )
        await self._sweep()
        with self._locked(fcntl.LOCK_SH):
            self._layers.mkdir(parents=True, exist_ok=True)
            kept: list[tuple[Path, int]] = []
            for number, (layer, digest) in enumerate(zip(layers, parsed.layers, strict=True)):
                report(f"layer {number + 1} of {len(layers)}")
                kept.append(await self._layer(layer, digest, tuple(place for place, _ in kept)))
            trees = await fitting(self, [place / "tree" for place, _ in kept])
            digest = digest_of(config)
            root = self._roots / file_name(digest)
            root.mkdir(parents=True, exist_ok=True)
            before = self.read(root)
            record = {
                "digest": digest,
                "manifest": manifest or (before and before.manifest),
                "config": config.decode(),
                "layers": [tree.parent.name for tree in trees],
                "size": sum(size for _, size in kept),
                "created_at": (before.created_at if before else now()).isoformat(),
            }
            write_record(root / _RECORD, record)
            self._rename({name.key: root.name for name in names})
        image = self.read(root)
        assert image is not None, "written just now"
        return image

    async def _sweep(self) -> None:
        """Remove what a process that was killed has left, unless somebody unpacks right now."""
        with contextlib.suppress(BlockingIOError), self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for unfinished in self._layers.glob("*.new"):
                await _remove(unfinished)

    async def make_layer(self, identity: str, make: Callable[[Path], dict[str, Any]]) -> Path:
        """The layer with a digest as its identity; `make` fills its tree and returns what to remember, in a thread. Needs the lock."""
        place = self._layers / file_name(identity)
        unfinished = self._layers / f"{place.name}.{secrets.token_hex(4)}.new"
        try:
            (unfinished / "tree").mkdir(parents=True, mode=0o755)
            members = await uninterrupted(asyncio.to_thread(make, unfinished / "tree"))
            # What it takes from others is a different layer.
            place = self._layers / file_name(members.get("identity", identity))
            write_record(unfinished / _LAYER, {"identity": identity, **members})
            if read_record(place / _LAYER) is None:  # or another process was faster
                await _remove(place)  # what is left of one that was being removed
                unfinished.rename(place)
        finally:
            await asyncio.shield(_remove(unfinished))
        return place

    def layer_record(self, identity: str) -> dict[str, Any] | None:
        """What is remembered of a layer that is there, whole."""
        members = read_record(self._layers / file_name(identity) / _LAYER)
        return members if members and members["identity"] == identity else None

    def layer_place(self, identity: str) -> Path:
        """Where a layer is, or will be."""
        return self._layers / file_name(identity)

    async def _layer(self, layer: LayerSource, digest: str, below: tuple[Path, ...]) -> tuple[Path, int]:
        chain = digest_of("\n".join([*(place.name for place in below), digest]).encode())
        for identity in (digest, chain):
            if members := self.layer_record(identity):
                return self.layer_place(identity), members["size"]
        trees = tuple(place / "tree" for place in below)
        most = max(0, shutil.disk_usage(self._layers).free - _RESERVE)

        def make(tree: Path) -> dict[str, Any]:
            took, size = unpacked(layer, digest, tree, below=trees, most=most)
            return {"identity": chain if took else digest, "size": size}

        place = await self.make_layer(digest, make)
        members = read_record(place / _LAYER)
        assert members is not None, "made just now"
        return place, members["size"]

    def adding(self) -> AbstractContextManager[None]:
        """Keep others from collecting what is being added."""
        return self._locked(fcntl.LOCK_SH)

    def hold(self, image: Image) -> int:
        """Keep an image from being removed until the descriptor that is returned is closed.

        Raises ImageError where it is being removed.
        """
        lock = _open_lock(image.root / _LOCK)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise ImageError(f"the image {image.digest} is being removed; load or pull it again") from None
        return lock

    def forget(self, name: Name) -> Path:
        """Let a name mean nothing any more; returns the root of the image it meant. Raises ImageError for an unknown one."""
        root = self.names().get(name.key)
        if root is None:
            raise ImageError(
                f"there is no image {name}; `opensandbox-local images` lists those that are there"
            )
        self._rename({name.key: None})
        return root

    async def remove(self, name: Name) -> Removed:
        """Forget a name, and remove its image where that was the last one. Raises ImageError, ImageInUse."""
        root = self.names().get(name.key)
        if root is not None and (reason := self._in_use(root)):
            others = [key for key, other in self.names().items() if other == root and key != name.key]
            if not others:
                raise ImageInUse(f"the image {name} is in use: {reason}; end or delete that first")
        self.forget(name)
        return await self.collect()

    async def collect(self) -> Removed:
        """Remove every image without a name on which nothing stands, every layer of no image, and what was never finished."""
        if not self._layers.is_dir():
            return Removed(0, 0)
        with self._locked(fcntl.LOCK_EX):
            named = set(self.names().values())
            roots = [root for root in self._roots.iterdir() if root not in named and not self._in_use(root)]
            for root in roots:
                # The record first: without it nobody takes what is left for a whole image.
                (root / _RECORD).unlink(missing_ok=True)
                await _remove(root)
            await _remove(self.downloads)
            used = {tree.parent for image in self.images() for tree in image.trees}
            layers = [layer for layer in self._layers.iterdir() if layer not in used]
            for layer in layers:
                (layer / _LAYER).unlink(missing_ok=True)
                await _remove(layer)
        return Removed(len(roots), len(layers))

    def _in_use(self, root: Path) -> str | None:
        """What stands on an image."""
        try:
            with _lock(root / _LOCK, fcntl.LOCK_EX | fcntl.LOCK_NB):
                pass
        except BlockingIOError:
            return "a server that runs has used it"
        except FileNotFoundError:
            pass
        for pattern in _STAND_ON_IMAGES:
            for record in self.directory.parent.glob(pattern):
                if (read_record(record) or {}).get("image_root") == str(root):
                    return f"the {pattern.partition('/')[0][:-1]} {record.parent.name} stands on it"
        return None

    def _rename(self, names: dict[str, str | None]) -> None:
        """Let names mean other images, or, for None, nothing any more."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with _lock(self.directory / f"{_NAMES}.lock", fcntl.LOCK_EX):
            members = (read_record(self.directory / _NAMES) or {}) | names
            write_record(self.directory / _NAMES, {key: root for key, root in members.items() if root})

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True)
        with _lock(self.directory / _LOCK, how):
            yield


@contextlib.contextmanager
def _lock(path: Path, how: int) -> Iterator[None]:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, how)
        yield
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


async def _remove(tree: Path) -> None:
    """Remove a tree, whatever modes its directories have."""
    if tree.exists():
        await remove_tree(Owner(find_bubblewrap()), tree)
