"""Answers to requests with a credential: headers that ask for an encoded or partial answer are removed, encoded answers are decoded."""

from __future__ import annotations

import zlib
from functools import partial
from typing import TYPE_CHECKING

from opensandbox.local.egress.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from opensandbox.local.egress.injection import Headers

# A compressed or cut answer would hide a secret that comes back. The last two would have the host take another path than
# the one that was matched.
NOT_ASKED = frozenset(
    (
        b"a-im", b"accept-encoding", b"if-range", b"range", b"sec-websocket-extensions",
        b"x-original-url", b"x-rewrite-url",
    )
)  # fmt: skip
_READABLE = frozenset((b"gzip", b"x-gzip", b"deflate"))
# Searching a piece for secrets takes so long that other tasks get a turn after each.
_PIECE = 1 << 16
# gzip or zlib, as its first bytes say
_decoder = partial(zlib.decompressobj, zlib.MAX_WBITS | 32)


class Plain:
    """The body of an answer as it is without compression. `Refusal` (502) for a compression that cannot be read here."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        coding = b",".join(value for name, value in headers if name.lower() == b"content-encoding")
        coding = coding.strip().lower()
        if coding not in (b"", b"identity", *_READABLE):
            raise Refusal(502, "the host compressed its answer in a way that was not asked for")
        self._decoder = _decoder() if coding in _READABLE else None

    def headers(self, headers: Headers) -> Headers:
        """Return the headers of the answer as it is forwarded."""
        gone = (b"content-encoding", b"content-length") if self._decoder else ()
        return [item for item in headers if item[0].lower() not in gone]

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the next piece of a body, decoded, in pieces of bounded size."""
        if self._decoder is None:
            for start in range(0, len(piece), _PIECE):
                yield piece[start : start + _PIECE]
            return
        shown = b""
        while piece or len(shown) == _PIECE:  # after a full piece the decoder may hold more
            if self._decoder.eof:  # a file of several parts
                self._decoder = _decoder()
            try:
                shown = self._decoder.decompress(piece, _PIECE)
            except zlib.error:
                raise Refusal(502, "the host's answer is not compressed as it says") from None
            yield shown
            piece = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail


def check_upgrade(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Raise `Refusal` (502) for a WebSocket that is compressed although nobody asked for that."""
    if any(name.lower() == b"sec-websocket-extensions" and value.strip() for name, value in headers):
        raise Refusal(502, "the host uses an extension of WebSocket that was not asked for")
