# Generated from opensandbox/_async/net/bodies.py by scripts/unasync.py. Do not edit.
"""Bodies of answers, taken off a connection in large pieces.

httpcore gives all that comes to h11 and takes it back, which copies it three times and costs as much for a small piece as for
a large one. Most of a body needs no parser: the contents of a file are so and so many bytes, and the chunks of an event
stream come by the hundred. What opens and ends a body h11 reads as ever, and everything where its inside looks different
from what is expected here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from opensandbox._core.net.chunks import JoiningReader

if TYPE_CHECKING:
    import h11
    import httpcore

WORTHWHILE: Final = 1 << 16
"""Bytes that still have to come for it to be worth while to pass the parser by."""


class UnparsedBody:
    """The part of a body that the parser does not have to see."""

    __slots__ = ("_parser", "_reader", "_stream", "_timeout")

    def __init__(
        self,
        parser: h11.Connection,
        reader: JoiningReader | LengthReader,
        request: httpcore.Request,
        response: httpcore.Response,
    ) -> None:
        self._parser = parser
        self._reader = reader
        self._stream: httpcore.NetworkStream = response.extensions["network_stream"]
        self._timeout = request.extensions.get("timeout", {}).get("read")

    def read(self) -> bytes:
        """Return the next piece of the body, or nothing when it is the parser's turn."""
        while self._reader.goes_on and not self._parser.trailing_data[0]:
            data = self._stream.read(WORTHWHILE, self._timeout)
            content, end = self._reader.take(data)
            if end < len(data) or not data:
                self._parser.receive_data(data[end:])
            if content or not data:
                return content
        return b""


class LengthReader:
    """Counts the bytes of a body of known length, in the state of h11's own `reader`."""

    __slots__ = ("_reader",)

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    @staticmethod
    def fits(reader: object) -> bool:
        """Return whether it is such a reader."""
        return hasattr(reader, "_remaining")

    @property
    def goes_on(self) -> bool:
        """Whether enough is still to come."""
        remaining: int = self._reader._remaining
        return remaining >= WORTHWHILE

    def take(self, data: bytes) -> tuple[bytes, int]:
        """Return what of `data` is content, and where begins what h11 has to read: all of it, at the end of the body."""
        if len(data) >= self._reader._remaining:
            return b"", 0
        self._reader._remaining -= len(data)
        return data, len(data)


def read_in_large_pieces(
    connection: object, request: httpcore.Request, response: httpcore.Response
) -> UnparsedBody | None:
    """Make ready for the body of an answer whose head was read; return the part of it that needs no parser, if any does."""
    parser = _parser_of(connection)
    reader: Any = getattr(parser, "_reader", None)
    if parser is None or reader is None:
        return None
    if JoiningReader.fits(reader):
        parser._reader = joining = JoiningReader(reader)
        return UnparsedBody(parser, joining, request, response)
    if LengthReader.fits(reader):
        return UnparsedBody(parser, LengthReader(reader), request, response)
    return None


def has_more_than_asked_for(connection: object) -> bool:
    """Return whether something has come behind the end of an answer; the next request would take it for its own."""
    parser = _parser_of(connection)
    return parser is not None and bool(parser.trailing_data[0])


def _parser_of(connection: object) -> h11.Connection | None:
    """Return the parser below a connection, through whatever wraps it; there is none before it is open, or for HTTP/2."""
    while connection is not None:
        parser: h11.Connection | None = getattr(connection, "_h11_state", None)
        if parser is not None:
            return parser
        connection = getattr(connection, "_connection", None)
    return None
