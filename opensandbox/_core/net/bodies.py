"""How the body of an answer is framed: counted, in chunks, until the connection ends, or not there at all (RFC 9112, section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.net.chunks import ChunkedBody
from opensandbox._core.net.malformed import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable


class Body(Protocol):
    """Tells the content of a body from its framing, piece by piece."""

    over: bool
    """Whether the body has come to its end."""
    surplus: bytes
    """What came behind the end: nobody asked for it."""

    def take(self, data: bytes) -> bytes:
        """Return the content of the next bytes of the body; raises `Malformed`."""
        ...

    def end(self) -> None:
        """Called when the connection has ended before the body; raises `Malformed` where that is not how it ends."""
        ...


class CountedBody:
    """A body of known length."""

    __slots__ = ("_expected", "_left", "over", "surplus")

    def __init__(self, length: int) -> None:
        self._expected = self._left = length
        self.over = length == 0
        self.surplus = b""

    def take(self, data: bytes) -> bytes:
        """Return what of `data` is content."""
        left = self._left
        if len(data) < left:
            self._left = left - len(data)
            return data
        self._left, self.over = 0, True
        if len(data) > left:
            self.surplus = data[left:]
            return data[:left]
        return data

    def end(self) -> None:
        """Complain: `length` bytes were announced."""
        received = self._expected - self._left
        raise Malformed(
            "peer closed connection without sending complete message body "
            f"(received {received} bytes, expected {self._expected})"
        )


class OpenBody:
    """A body that lasts until the connection ends."""

    __slots__ = ("over", "surplus")

    def __init__(self) -> None:
        self.over = False
        self.surplus = b""

    def take(self, data: bytes) -> bytes:
        """Return `data`: all of it is content."""
        return data

    def end(self) -> None:
        """Note that the body is complete."""
        self.over = True


def body_of(method: bytes, status: int, headers: Iterable[tuple[bytes, bytes]]) -> Body:
    """Return the body that follows a head. `headers` have lower-case names and have been validated."""
    if method == b"HEAD" or status < 200 or status in (204, 304):
        return CountedBody(0)
    length: int | None = None
    for name, value in headers:
        if name == b"transfer-encoding":
            return ChunkedBody()
        if name == b"content-length":
            length = int(value)
    return OpenBody() if length is None else CountedBody(length)
