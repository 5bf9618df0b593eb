"""Collects the body of an answer up to a bound, compressed or not: a megabyte of it may be a gigabyte of zeros."""

from __future__ import annotations

import zlib
from typing import Final

COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})
"""Encodings that are taken apart here, no further than the bound. Others come decoded."""

_EITHER_FORM: Final = zlib.MAX_WBITS | 32


class BoundedBody:
    """Takes the pieces of a body: raw ones for an encoding of `COMPRESSED`, else as they are meant. `None`: no bound."""

    __slots__ = ("_inflate", "_limit", "_pieces", "_size", "overflows")

    def __init__(self, limit: int | None, encoding: str = "") -> None:
        self._inflate = zlib.decompressobj(_EITHER_FORM) if encoding in COMPRESSED else None
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self.overflows = False

    def add(self, piece: bytes) -> None:
        """Take the next piece. What is beyond the bound is dropped, and `overflows` is set. `zlib.error` for what is broken."""
        room = 0 if self._limit is None else self._limit + 1 - self._size
        if self._inflate is not None:
            piece = self._inflate.decompress(piece, room)
        if self._limit is not None and self._size + len(piece) > self._limit:
            piece = piece[: self._limit - self._size]
            self.overflows = True
        self._pieces.append(piece)
        self._size += len(piece)

    def content(self) -> bytes:
        """Return what has come, at most as much as the bound allows."""
        return b"".join(self._pieces)
