# Generated from opensandbox/_async/net/httpx2_transport.py by scripts/unasync.py. Do not edit.
"""Transports of httpx2, the successor of httpx: the same API, with classes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator


class Httpx2Transport(httpx.BaseTransport):
    """Sends requests of httpx through a transport of httpx2, and raises httpx's errors. Closing it closes that one."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the head of its answer."""
        theirs = httpx2.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            stream=_sent(request),
            extensions=request.extensions,
        )
        try:
            answer = self._inner.handle_request(theirs)
        except httpx2.RequestError as error:
            raise translated(error) from error
        return httpx.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=Received(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close the transport of httpx2."""
        self._inner.close()


class Sent(httpx2.SyncByteStream):
    """The body of a request, for httpx2."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            yield piece

    def close(self) -> None:
        """Close the source of the body."""
        self._stream.close()


class Received(httpx.SyncByteStream):
    """The body of an answer, from httpx2."""

    def __init__(self, answer: httpx2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._answer.stream, httpx2.SyncByteStream), "what an async transport returns"
        try:
            for piece in self._answer.stream:
                yield piece
        except httpx2.RequestError as error:
            raise translated(error) from error

    def close(self) -> None:
        """Close the answer."""
        self._answer.close()


def translated(error: httpx2.RequestError) -> httpx.RequestError:
    """Return httpx's error of the same name, or that of the nearest kind that httpx knows."""
    names = [kind.__name__ for kind in type(error).__mro__]
    kind: type[httpx.RequestError] = next(
        getattr(httpx, name) for name in names if isinstance(getattr(httpx, name, None), type)
    )
    return kind(str(error))


def _sent(request: httpx.Request) -> httpx2.SyncByteStream:
    assert isinstance(request.stream, httpx.SyncByteStream), "what an async client sends"
    if isinstance(request.stream, httpx.ByteStream):
        # In memory: whoever looks at the request may read it.
        return httpx2.ByteStream(request.read())
    return Sent(request.stream)
