"""The other HTTP library: aiohttp below httpx, held to the same promises (`http_backend="aiohttp"`, extra `fast`).

`httpx_aiohttp` connects the two. It tells a connection that broke from one that was never made in the same words, which would
let a request be sent again that the server has already got; it keeps cookies for all users of a connection pool, allows
a hundred connections at once, and knows no deadline for the whole. aiohttp drops what it has received when a connection breaks,
and does not tell whether any byte of an answer had come. Here each of these is put right, the last two by way of private names:
tests cover them.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from httpx_aiohttp import AiohttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

# The first that fits counts. What is in none of these broke after the request was on its way, for all that is known.
_KINDS: Final[tuple[tuple[type[BaseException], type[httpx.TransportError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientError, httpx.ReadError),
)
_ADDED_HEADERS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Watch(Protocol):
    """How long an exchange may take, and what is noted about it."""

    fresh: bool
    sent: bool
    received: bool

    def clip(self, timeout: float | None) -> float | None:
        """Return the time that the next wait may take."""
        ...


class WatchedAiohttpTransport(AiohttpTransport):
    """aiohttp for httpx; `current` tells which watch the present exchange has, if any."""

    def __init__(
        self, current: Callable[[], Watch | None], *, keepalive: float | None, **options: Any
    ) -> None:
        super().__init__(client=self._session, **options)
        self._current = current
        self._keepalive = keepalive

    def _session(self) -> aiohttp.ClientSession:
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_create_start.append(self._on_connecting)
        tracing.on_request_headers_sent.append(self._on_sent)
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=self._keepalive, ssl=self.ssl_context)
        loop = asyncio.get_running_loop()
        connector._factory = partial(_Handler, current=self._current, loop=loop)  # type: ignore[assignment]
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_ADDED_HEADERS,
            trace_configs=[tracing],
        )
        session._retry_connection = False  # what is sent once more is decided elsewhere, by the policy
        return session

    async def _on_connecting(self, *_: object) -> None:
        if (watch := self._current()) is not None:
            watch.fresh = True

    async def _on_sent(self, *_: object) -> None:
        if (watch := self._current()) is not None:
            watch.sent = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the head of its answer."""
        watch, body = self._current(), None
        try:
            async with asyncio.timeout(None if watch is None else _clip(watch)) as limit:
                if not _is_in_memory(request):
                    body = _Upload(request, limit)
                    request.stream = body
                response = await super().handle_async_request(request)
        except TimeoutError as error:
            connecting = watch is not None and not watch.sent
            kind = httpx.ConnectTimeout if connecting else httpx.ReadTimeout
            raise kind("the time of the call is over") from error
        except ValueError as error:
            # How aiohttp refuses an address with a login in it, before anything is sent.
            raise httpx.UnsupportedProtocol(str(error)) from error
        except (httpx.TransportError, aiohttp.ClientError) as error:
            if body is not None and body.failure is not None:
                raise body.failure from None
            raise _translated(error) from error
        finally:
            if body is not None:
                body.release()
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Download(response.stream, watch)
        return response


class _Handler(ResponseHandler):
    """A connection that notes for the exchange it serves that something has come."""

    def __init__(self, current: Callable[[], Watch | None], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._current = current
        self._watch: Watch | None = None

    def set_response_params(self, **params: Any) -> None:
        """Called when an exchange begins."""
        self._watch = self._current()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Called with what has come."""
        if self._watch is not None:
            self._watch.received = True
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called at the end of the connection; `exc` says that it was no proper one."""
        payload = self._payload
        if exc is not None and payload is not None and not payload.is_eof():
            # A body without a length would count as complete.
            payload.set_exception(aiohttp.ClientPayloadError(f"the connection broke: {exc}"))
        super().connection_lost(exc)


class _Upload(httpx.AsyncByteStream):
    """The body of a request: notes what its source raises, which aiohttp replaces, and that somebody takes the pieces."""

    def __init__(self, request: httpx.Request, limit: asyncio.Timeout) -> None:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        self._source = request.stream
        self._patience: float | None = request.extensions.get("timeout", {}).get("write")
        self._limit: asyncio.Timeout | None = limit
        self._end = limit.when()
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._source:
                self._wait(self._patience)
                yield piece
                self._wait(None)
        except Exception as failure:
            self.failure = failure
            raise

    def release(self) -> None:
        """Wait for nothing any more: the answer has come, perhaps before the body was taken."""
        self._limit = None

    def _wait(self, patience: float | None) -> None:
        if self._limit is None:
            return
        ends = [] if self._end is None else [self._end]
        if patience is not None:
            ends.append(asyncio.get_running_loop().time() + patience)
        self._limit.reschedule(min(ends, default=None))


class _Download(httpx.AsyncByteStream):
    """The body of an answer: no piece takes longer than the exchange may last."""

    def __init__(self, stream: httpx.AsyncByteStream, watch: Watch | None) -> None:
        self._stream = stream
        self._watch = watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = aiter(self._stream)
        while True:
            try:
                async with asyncio.timeout(None if self._watch is None else _clip(self._watch)):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise httpx.ReadTimeout("the time of the call is over") from error
            except (httpx.TransportError, aiohttp.ClientError) as error:
                if rest := self._received():
                    yield rest
                raise _translated(error) from error
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()

    def _received(self) -> bytes:
        response: Any = getattr(self._stream, "_aiohttp_response", None)
        return b"" if response is None else bytes(response.content._read_nowait(-1))


def _clip(watch: Watch) -> float | None:
    import httpcore

    try:
        return watch.clip(None)
    except httpcore.ReadTimeout as error:
        raise httpx.ReadTimeout(str(error)) from error


def _is_in_memory(request: httpx.Request) -> bool:
    try:
        if type(request.stream) is httpx.ByteStream:
            request.read()  # a redirected request has the stream alone
        _ = request.content
    except httpx.RequestNotRead:
        return False
    return True


def _translated(error: Exception) -> httpx.TransportError:
    """Return the error of httpx that says what happened."""
    cause = error if isinstance(error, aiohttp.ClientError) else error.__cause__
    for theirs, ours in _KINDS:
        if isinstance(cause, theirs):
            return ours(str(cause) or type(cause).__name__)
    return error if isinstance(error, httpx.TransportError) else httpx.ReadError(str(error))
