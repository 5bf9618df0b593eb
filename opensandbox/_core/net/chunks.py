"""Bodies in chunks (HTTP/1.1), read many chunks at a time.

A daemon sends each event as a chunk of its own. Passing each chunk through the layers above takes ten times as long as
reading the event. So all chunks that came together are returned in one piece, and copied once.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from opensandbox._core.net.malformed import Malformed

LINE_END: Final = b"\r\n"
SMALL: Final = 1 << 12
"""Bytes up to which a copy costs less than a view, which the garbage collector has to track."""

MAX_LINE: Final = 1 << 13
"""Bytes of a chunk's size with its extensions."""

MAX_TRAILERS: Final = 1 << 16
"""Bytes of all lines behind the last chunk."""

_PLAIN_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\x00\r\n]*)?")
_TRAILER: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\x00\r\n]*|[ \t][^\x00\r\n]*")


class Taken(NamedTuple):
    """The content found in some bytes of a body, and the state in which they end."""

    contents: list[bytes | memoryview]
    end: int
    """Index of the first byte that belongs to no plain chunk: the last chunk, one with extensions, a cut-off size, or a mistake."""
    left: int
    """Bytes that the chunk which has begun still needs."""
    line_end: bytes
    """What has to come before the next size."""


def plain_chunks(data: bytes, at: int = 0, left: int = 0, line_end: bytes = b"") -> Taken:
    """Read the chunks in `data` from index `at` on, after others that ended with `left` and `line_end`."""
    contents: list[bytes | memoryview] = []
    view = memoryview(data)
    while at < len(data):
        if left:
            piece = view[at : at + left]
            contents.append(piece)
            at += len(piece)
            left -= len(piece)
            line_end = b"" if left else LINE_END
        elif line_end:
            if not data.startswith(line_end, at):
                break
            at += len(line_end)
            line_end = b""
        else:
            size = _PLAIN_SIZE.match(data, at)
            if size is None or not (left := int(size[1], 16)):
                break
            at = size.end()
            end = at + left
            if data[end : end + 2] == LINE_END:
                # The usual case: it is all there.
                contents.append(data[at:end] if left <= SMALL else view[at:end])
                at, left = end + 2, 0
    return Taken(contents, at, left, line_end)


class ChunkedBody:
    """A body that comes in chunks. Extensions and trailers are checked and ignored."""

    __slots__ = ("_held", "_left", "_line_end", "_room", "_trailing", "over", "surplus")

    def __init__(self) -> None:
        self.over = False
        self.surplus = b""
        self._left = 0
        self._line_end = b""
        self._held = b""
        self._trailing = False
        self._room = MAX_TRAILERS

    def take(self, data: bytes) -> bytes:
        """Return the content of the next bytes of the body; raises `Malformed`."""
        if self._held:
            data, self._held = self._held + data, b""
        contents: list[bytes | memoryview] = []
        at = 0
        while not self._trailing:
            found, at, self._left, self._line_end = plain_chunks(data, at, self._left, self._line_end)
            contents += found
            line = self._next_line(data, at, MAX_LINE)
            if line is None:
                break
            at += len(line) + len(LINE_END)
            self._begin(line)
        if self._trailing and not self.over:
            self._trailers(data, at)
        return contents[0] if len(contents) == 1 and type(contents[0]) is bytes else b"".join(contents)

    def end(self) -> None:
        """Called when the connection has ended before the body: raises `Malformed`."""
        raise Malformed(
            "peer closed connection without sending complete message body (incomplete chunked read)"
        )

    def _begin(self, line: bytes) -> None:
        """Read the first line of a chunk."""
        # Where the end of the last chunk is still to come, any other line is a mistake.
        size = None if self._line_end else _SIZE.fullmatch(line)
        if size is None:
            raise Malformed(f"illegal chunk header: {line[:40]!r}")
        self._left = int(size[1], 16)
        self._trailing = self._left == 0

    def _trailers(self, data: bytes, at: int) -> None:
        while (line := self._next_line(data, at, self._room)) is not None:
            at += len(line) + len(LINE_END)
            if not line:
                self.over, self.surplus = True, data[at:]
                return
            self._room -= len(line) + len(LINE_END)
            if self._room < 0 or _TRAILER.fullmatch(line) is None:
                raise Malformed(f"illegal trailer: {line[:40]!r}")

    def _next_line(self, data: bytes, at: int, most: int) -> bytes | None:
        """Return the line that begins at `at`, without its end; one that is cut off is kept for later."""
        end = data.find(LINE_END, at, at + most + len(LINE_END))
        if end >= 0:
            return data[at:end]
        if len(data) - at > most or (self._line_end and data[at : at + 1] not in (b"", b"\r")):
            raise Malformed(f"illegal chunk header: {data[at : at + 40]!r}")
        self._held = data[at:]
        return None
