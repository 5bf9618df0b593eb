"""Transports of httpx2, the successor of httpx: the same API, with classes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Httpx2Transport(httpx.AsyncBaseTransport):
    """Sends requests of httpx through a transport of httpx2, and raises httpx's errors. Closing it closes that one."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the head of its answer."""
        theirs = httpx2.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            stream=await _sent(request),
            extensions=request.extensions,
        )
        try:
            answer = await self._inner.handle_async_request(theirs)
        except httpx2.RequestError as error:
            raise translated(error) from error
        return httpx.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=Received(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close the transport of httpx2."""
        await self._inner.aclose()


class Sent(httpx2.AsyncByteStream):
    """The body of a request, for httpx2."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece

    async def aclose(self) -> None:
        """Close the source of the body."""
        await self._stream.aclose()


class Received(httpx.AsyncByteStream):
    """The body of an answer, from httpx2."""

    def __init__(self, answer: httpx2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, httpx2.AsyncByteStream), "what an async transport returns"
        try:
            async for piece in self._answer.stream:
                yield piece
        except httpx2.RequestError as error:
            raise translated(error) from error

    async def aclose(self) -> None:
        """Close the answer."""
        await self._answer.aclose()


def translated(error: httpx2.RequestError) -> httpx.RequestError:
    """Return httpx's error of the same name, or that of the nearest kind that httpx knows."""
    names = [kind.__name__ for kind in type(error).__mro__]
    kind: type[httpx.RequestError] = next(
        getattr(httpx, name) for name in names if isinstance(getattr(httpx, name, None), type)
    )
    return kind(str(error))


async def _sent(request: httpx.Request) -> httpx2.AsyncByteStream:
    assert isinstance(request.stream, httpx.AsyncByteStream), "what an async client sends"
    if isinstance(request.stream, httpx.ByteStream):
        # In memory: whoever looks at the request may read it.
        return httpx2.ByteStream(await request.aread())
    return Sent(request.stream)
