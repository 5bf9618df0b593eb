"""Bodies in chunks (HTTP/1.1), read many chunks at a time.

A daemon sends each event as a chunk of its own, and h11 looks at one chunk per call. Passing each up through httpcore and httpx
takes ten times as long as what is done with the event. So all chunks that are there are handed up in one piece, and copied
once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import h11

if TYPE_CHECKING:
    from h11._receivebuffer import ReceiveBuffer

LINE_END: Final = b"\r\n"
SMALL: Final = 1 << 12
"""Bytes up to which a copy costs less than a view, of which the garbage collector keeps account."""

# Sizes with anything else on their line, and too long ones, are left to h11, which judges them.
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")


class Taken(NamedTuple):
    """What was found in some bytes of a body, and where in a chunk they end."""

    contents: list[bytes | memoryview]
    end: int
    """Where begins what is no plain chunk: the last one, one with extensions, a size that is cut off, or a mistake."""
    left: int
    """Bytes that still belong to the chunk that has begun."""
    line_end: bytes
    """What has to come before the next size."""


def plain_chunks(data: bytes, left: int = 0, line_end: bytes = b"") -> Taken:
    """Read the chunks at the beginning of `data`, after others that ended with `left` and `line_end`."""
    contents: list[bytes | memoryview] = []
    view = memoryview(data)
    at = 0
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
            size = _SIZE.match(data, at)
            if size is None or not (left := int(size[1], 16)):
                break
            at = size.end()
            end = at + left
            if data[end : end + 2] == LINE_END:
                # The usual case: it is all there.
                contents.append(data[at:end] if left <= SMALL else view[at:end])
                at, left = end + 2, 0
    return Taken(contents, at, left, line_end)


class JoiningReader:
    """Stands in for h11's reader of a body in chunks, and joins those that are there.

    `reader` is that of h11. It keeps where in a chunk the body has arrived, and reads whatever is not plain.
    """

    __slots__ = ("_reader",)

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    @staticmethod
    def fits(reader: object) -> bool:
        """Return whether it is such a reader: what h11 calls its state is not promised to stay."""
        return all(
            hasattr(reader, name) for name in ("_bytes_in_chunk", "_bytes_to_discard", "_reading_trailer")
        )

    @property
    def goes_on(self) -> bool:
        """Whether the last chunk has not come yet."""
        return not self._reader._reading_trailer

    def take(self, data: bytes) -> tuple[bytes, int]:
        """Return the content of the chunks at the beginning of `data`, and where begins what h11 has to read."""
        reader = self._reader
        taken = plain_chunks(data, reader._bytes_in_chunk, reader._bytes_to_discard)
        reader._bytes_in_chunk, reader._bytes_to_discard = taken.left, taken.line_end
        return b"".join(taken.contents), taken.end

    def __call__(self, buffer: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        """Take the next event off the buffer."""
        if self.goes_on:
            content, end = self.take(bytes(buffer))
            buffer.maybe_extract_at_most(end)
            if content:
                return h11.Data(data=content)
        event: h11.Data | h11.EndOfMessage | None = self._reader(buffer)
        return event

    def read_eof(self) -> None:
        """Complain that the body ended too early."""
        self._reader.read_eof()
