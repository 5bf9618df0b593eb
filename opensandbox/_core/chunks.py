"""Chunks of HTTP/1.1 bodies, read many at a time.

A daemon sends each event as a chunk of its own, and h11 looks at one chunk per call. Passing each up through httpcore and httpx
takes ten times as long as what is done with the event. So what lies whole in the buffer is handed up in one piece.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import h11

if TYPE_CHECKING:
    from h11._receivebuffer import ReceiveBuffer

# Sizes with anything else on their line, and too long ones, are left to h11, which judges them.
_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")


def whole_chunks(data: bytes, start: int = 0) -> tuple[list[bytes], int]:
    """Return what the chunks hold that lie whole in `data`, and where they end.

    Stops before the last chunk of a body, before one that is cut off, and before what is no plain chunk.
    """
    contents: list[bytes] = []
    while size := _SIZE.match(data, start):
        begin = size.end()
        end = begin + int(size[1], 16)
        if end == begin or data[end : end + 2] != b"\r\n":
            break
        contents.append(data[begin:end])
        start = end + 2
    return contents, start


class JoiningReader:
    """Stands in for h11's reader of a body in chunks, and joins those that are there.

    Whatever is not a whole plain chunk, `reader` reads.
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

    def __call__(self, buffer: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        """Take the next event off the buffer."""
        reader = self._reader
        if buffer and not reader._bytes_in_chunk and not reader._reading_trailer:
            data = bytes(buffer)
            # The line end behind a chunk is left over when h11 has read that.
            before: bytes = reader._bytes_to_discard
            if data.startswith(before):
                contents, end = whole_chunks(data, len(before))
                if contents:
                    buffer.maybe_extract_at_most(end)
                    reader._bytes_to_discard = b""
                    return h11.Data(data=b"".join(contents))
        event: h11.Data | h11.EndOfMessage | None = reader(buffer)
        return event

    def read_eof(self) -> None:
        """Complain that the body ended too early."""
        self._reader.read_eof()
