"""Read a tar archive of any size from a stream, once, in bounded memory. `tarfile` reads the headers."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, cast

from opensandbox.local.images.compression import PIECE
from opensandbox.local.images.errors import ImageBroken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from opensandbox.local.images.digests import Readable

# Of one entry's headers: long names, attributes, maps of sparse files.
_MOST_OF_HEADERS = 4 << 20


class Entries:
    """The entries of an archive, in order; the content of one is read before the next is asked for.

    `most` is the number of bytes after which it is given up. Raises ImageBroken for what is no such archive.
    """

    def __init__(self, source: Readable, most: int) -> None:
        self._stream = _Stream(source, most)

    def __iter__(self) -> Iterator[tarfile.TarInfo]:
        try:
            yield from self._entries()
        except (tarfile.TarError, OverflowError, ValueError) as error:
            raise ImageBroken(f"a layer is no tar archive that can be read: {error}") from error
        # What follows the end counts for the digest. A header that cannot be read ends an archive for `tarfile`, too.
        while rest := self._stream.some(PIECE):
            if rest.strip(b"\0"):
                raise ImageBroken("a layer is no tar archive that can be read: there is data behind its end")

    def content(self, entry: tarfile.TarInfo) -> Iterator[tuple[int, bytes]]:
        """The data of a file in pieces, each with its position; what lies between them is a hole."""
        self._stream.seek(entry.offset_data)
        # What typeshed calls a number is a list, where a file has holes.
        pieces = cast("list[tuple[int, int]] | None", entry.sparse)
        for position, size in pieces or [(0, entry.size)]:
            end = position + size
            while position < end:
                piece = self._stream.some(min(end - position, PIECE))
                if not piece:
                    raise ImageBroken(f"a layer ends early, in {entry.name!r}")
                yield position, piece
                position += len(piece)

    def _entries(self) -> Iterator[tarfile.TarInfo]:
        self._stream.allow(_MOST_OF_HEADERS)
        try:
            # Names are bytes: what is no UTF-8 is kept as it is.
            stream = cast("IO[bytes]", self._stream)
            archive = tarfile.TarFile(fileobj=stream, encoding="utf-8", errors="surrogateescape")
        except tarfile.ReadError:
            if self._stream.tell() == 0:
                return  # no byte at all, which some builders write for a layer that changes nothing
            raise
        while (entry := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # or it would keep every entry
            yield entry
            self._stream.allow(_MOST_OF_HEADERS)


class _Stream:
    """What `tarfile` reads headers from: it goes forward only, and reads no more at once than is allowed."""

    name = "layer"
    mode = "rb"

    def __init__(self, source: Readable, most: int) -> None:
        self._source = source
        self._most = most
        self._allowed = 0
        self._position = 0
        self._held = b""
        self._begin = 0

    def allow(self, size: int) -> None:
        """How many bytes may be read until this is called again."""
        self._allowed = size

    def read(self, size: int) -> bytes:
        """So many bytes, fewer at the end only."""
        self._allowed -= size
        if self._allowed < 0:
            raise ImageBroken(f"the headers of one entry of a layer take more than {_MOST_OF_HEADERS} bytes")
        piece = self.some(size)
        if len(piece) == size:
            return piece
        pieces = [piece]
        while piece and (size := size - len(piece)):
            piece = self.some(size)
            pieces.append(piece)
        return b"".join(pieces)

    def some(self, size: int) -> bytes:
        """At most so many bytes, at least one before the end."""
        if self._begin == len(self._held):
            self._held, self._begin = self._source.read(PIECE), 0
        piece = self._held[self._begin : self._begin + size]
        self._begin += len(piece)
        self._position += len(piece)
        if self._position > self._most:
            raise ImageBroken(
                f"a layer unpacks to more than {self._most} bytes, which is what there is room for"
            )
        return piece

    def seek(self, position: int) -> None:
        """Go forward to a position, or to the end."""
        if position < self._position:
            raise ImageBroken("a layer is no tar archive that can be read: an entry leads back")
        while self._position < position and self.some(min(position - self._position, PIECE)):
            pass

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._position
