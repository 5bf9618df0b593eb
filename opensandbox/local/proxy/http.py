"""HTTP through the proxy: streamed in both directions, cut when either side goes away."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import httpcore

from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.proxy import headers as proxy_headers
from opensandbox.local.proxy.browsers import as_guest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from opensandbox.local.proxy.address import Target
    from opensandbox.local.proxy.upstream import Upstream

_CONNECT_TIMEOUT = 10.0
_RESPONSE_TIMEOUT = 180.0


class _ClientGone(Exception):
    """The client hung up."""


async def forward(scope: Scope, receive: Receive, send: Send, upstream: Upstream, target: Target) -> None:
    """Carry one request into the sandbox and its response back.

    Raises `ApiError` (502, 504) as long as nothing was answered. A response that breaks off later leaves this function
    unfinished in the sense of ASGI, so that the server cuts the connection and the client can tell.
    """
    exchange = _Exchange(receive, send, upstream, target)
    work = asyncio.create_task(exchange.run(_request(scope, exchange, target)))
    watch = asyncio.create_task(exchange.client_gone())
    try:
        await asyncio.wait((work, watch), return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Also when this task is cancelled: closing the connection inwards is what ends the work inside.
        watch.cancel()
        if not work.done():
            work.cancel()
    with contextlib.suppress(asyncio.CancelledError, _ClientGone):
        await work


class _Exchange:
    def __init__(self, receive: Receive, send: Send, upstream: Upstream, target: Target) -> None:
        self._receive = receive
        self._send = send
        self._upstream = upstream
        self._target = target
        self._body_taken = asyncio.Event()

    async def body(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise _ClientGone
            if chunk := message.get("body"):
                yield chunk
            if not message.get("more_body"):
                self._body_taken.set()
                return

    def no_body(self) -> None:
        self._body_taken.set()

    async def client_gone(self) -> None:
        # Only one side may read messages at a time: first the body, then the news of the end.
        await self._body_taken.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def run(self, request: httpcore.Request) -> None:
        try:
            response = await self._upstream.send(request)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise ApiError(
                502,
                "BACKEND_CONNECTION_FAILED",
                f"nothing answers on port {self._target.port} of sandbox {self._target.sandbox_id}: {error}",
            ) from error
        except httpcore.TimeoutException as error:
            raise ApiError(
                504, "BACKEND_TIMEOUT", f"port {self._target.port} did not answer in time: {error}"
            ) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise ApiError(
                502, "BACKEND_RESPONSE_FAILED", f"port {self._target.port} broke the connection off: {error}"
            ) from error
        # The limit was for the first byte; httpcore reads it anew for the body, which may pause as long as it likes.
        request.extensions["timeout"]["read"] = None
        try:
            await self._answer(response)
        except (httpcore.NetworkError, httpcore.ProtocolError):
            pass  # Too late for a status: leaving now makes the server cut the connection.
        finally:
            await response.aclose()

    async def _answer(self, response: httpcore.Response) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": as_guest(proxy_headers.for_client(response.headers, self._target), self._target),
            }
        )
        async for chunk in response.aiter_stream():
            await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _request(scope: Scope, exchange: _Exchange, target: Target) -> httpcore.Request:
    given: dict[bytes, bytes] = dict(scope["headers"])
    inward = proxy_headers.for_sandbox(
        scope["headers"],
        target,
        client=scope["client"][0] if scope.get("client") else "",
        host=given.get(b"host", b"").decode("latin-1"),
        scheme=scope["scheme"],
    )
    if request_id := scope.get("state", {}).get("request_id"):
        inward.append((b"x-request-id", request_id.encode("latin-1", "replace")))
    content: Any = None
    if b"transfer-encoding" in given and b"content-length" in given:
        raise invalid("a request has either a Content-Length or a Transfer-Encoding")
    if b"transfer-encoding" in given:
        inward.append((b"transfer-encoding", b"chunked"))
        content = exchange.body()
    elif given.get(b"content-length", b"0") != b"0":
        content = exchange.body()
    else:
        exchange.no_body()
    return httpcore.Request(
        scope["method"].encode(),
        httpcore.URL(scheme=b"http", host=b"sandbox", port=80, target=inner_target(scope, target)),
        headers=inward,
        content=content,
        extensions={
            "timeout": {
                "connect": _CONNECT_TIMEOUT,
                "read": _RESPONSE_TIMEOUT,
                "write": _RESPONSE_TIMEOUT,
                "pool": None,
            }
        },
    )


def inner_target(scope: Scope, target: Target) -> bytes:
    """Path and query as the program in the sandbox sees them, with their original encoding."""
    query: bytes = scope["query_string"]
    return target.path.encode("latin-1") + (b"?" + query if query else b"")
