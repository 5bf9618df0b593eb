"""Bodies of answers, taken off a connection in large pieces.

httpcore gives all that comes to h11 and takes it back, which copies it three times and costs as much for a small piece as for
a large one. Most of a body needs no parser: the contents of a file are so and so many bytes, and the chunks of an event
stream come by the hundred. What opens and ends a body h11 reads as ever, and everything where its inside looks different
from what is expected here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from opensandbox._core.chunks import JoiningReader

if TYPE_CHECKING:
    import h11
    import httpcore

WORTHWHILE: Final = 1 << 16
"""Bytes that still have to come for it to be worth while to pass the parser by."""


class UnparsedBody:
    """The part of a body of known length that no parser has to see."""

    __slots__ = ("_parser", "_reader", "_stream", "_timeout")

    def __init__(
        self, parser: h11.Connection, request: httpcore.Request, response: httpcore.Response
    ) -> None:
        self._parser = parser
        self._reader: Any = parser._reader
        self._stream: httpcore.AsyncNetworkStream = response.extensions["network_stream"]
        self._timeout = request.extensions.get("timeout", {}).get("read")

    async def read(self) -> bytes:
        """Return the next piece of the body, or nothing when it is the parser's turn."""
        left = self._reader._remaining
        if left < WORTHWHILE or self._parser.trailing_data[0]:
            return b""
        data = await self._stream.read(WORTHWHILE, self._timeout)
        if 0 < len(data) < left:
            self._reader._remaining = left - len(data)
            return data
        self._parser.receive_data(data)
        return b""


def read_in_large_pieces(
    connection: object, request: httpcore.Request, response: httpcore.Response
) -> UnparsedBody | None:
    """Make ready for the body of an answer whose head was read; return the part of it that needs no parser, if any does."""
    parser = _parser_of(connection)
    reader = getattr(parser, "_reader", None)
    if parser is None or reader is None:
        return None
    if JoiningReader.fits(reader):
        parser._reader = JoiningReader(reader)
    elif getattr(reader, "_remaining", 0) >= WORTHWHILE:
        return UnparsedBody(parser, request, response)
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
