"""A layer as a source has it, and the way from there to its tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local.images.compression import PIECE, Decompressed
from opensandbox.local.images.digests import Hashing, check_digest
from opensandbox.local.images.errors import ImageBroken
from opensandbox.local.images.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from opensandbox.local.images.digests import Readable


@dataclass(frozen=True)
class LayerSource:
    """Where a layer comes from, perhaps compressed. `digest` and `size` are of it as it is there, if it says so."""

    open: Callable[[], AbstractContextManager[Readable]]
    digest: str | None = None
    size: int | None = None


def unpacked(
    layer: LayerSource, digest: str, tree: Path, *, below: tuple[Path, ...], most: int
) -> tuple[bool, int]:
    """Unpack a layer whose unpacked digest is known; returns whether it took something from those below, and its size.

    Raises ImageBroken for one with another digest or size; the tree is of no use then.
    """
    with layer.open() as source:
        given = Hashing(source, _algorithm(layer.digest))
        plain = Hashing(Decompressed(given), _algorithm(digest))
        took = unpack(plain, tree, below=below, most=most)
        while given.read(PIECE):  # behind the compressed data
            pass
        if plain.digest != digest:
            raise ImageBroken(f"a layer unpacks to {plain.digest}, not to {digest} as the image says")
        if layer.digest is not None and given.digest != layer.digest:
            raise ImageBroken(f"a layer has the digest {given.digest}, not {layer.digest} as the image says")
        if layer.size is not None and given.size != layer.size:
            raise ImageBroken(f"a layer has {given.size} bytes, not {layer.size} as the image says")
    return took, plain.size


def _algorithm(digest: str | None) -> str:
    return "sha256" if digest is None else check_digest(digest).partition(":")[0]
