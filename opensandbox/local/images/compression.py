"""Layers as they are kept in registries and archives: plain, gzip or zstd, told apart by their first bytes."""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, Protocol

from opensandbox.local.images.errors import ImageBroken

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.local.images.digests import Readable

PIECE = 128 << 10
_ZSTD_MAGIC, _GZIP_MAGIC = b"\x28\xb5\x2f\xfd", b"\x1f\x8b"
# What a frame may ask for as its window; builders use 8 MiB at most, unless told `--ultra`.
_ZSTD_WINDOW_LOG = 24


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Gzip:
    """`zlib` with the interface that the other decompressors of the standard library have."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


def _zstandard() -> _Decompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})


class Decompressed:
    """What a source holds, decompressed as it is read, never more than a piece at a time.

    Raises ImageBroken for data that is damaged, ends early, or needs too much memory.
    """

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._data = _at_least(source, len(_ZSTD_MAGIC))
        self._new: Callable[[], _Decompressor] | None = None
        if self._data.startswith(_GZIP_MAGIC):
            self._new = _Gzip
        elif self._data.startswith(_ZSTD_MAGIC):
            self._new = _zstandard
        self._current = self._new and self._new()

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes; none at the end."""
        if self._current is None:
            if self._data:
                piece, self._data = self._data[:size], self._data[size:]
                return piece
            return self._source.read(size)
        try:
            return self._decompressed(self._current, size)
        except (zlib.error, zstd.ZstdError) as error:
            raise ImageBroken(f"compressed data is damaged: {error}") from error

    def _decompressed(self, current: _Decompressor, size: int) -> bytes:
        while True:
            if current.eof:
                self._data = self._behind(current)
                if not self._data:
                    return b""
                assert self._new is not None, "it is compressed"
                current = self._current = self._new()
            given, self._data = self._data, b""
            if piece := current.decompress(given, size):
                return piece
            if not current.eof:
                self._data = self._source.read(PIECE)
                if not self._data:
                    raise ImageBroken("compressed data ends early")

    def _behind(self, ended: _Decompressor) -> bytes:
        """What follows a stream: several in a row are one, and zeros are padding."""
        data = ended.unused_data.lstrip(b"\0")
        while not data and (more := self._source.read(PIECE)):
            data = more.lstrip(b"\0")
        return data


def _at_least(source: Readable, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := source.read(PIECE)):
        data += more
    return data
