"""Functions of the caller's that each attempt of a request passes through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox._async.calls.options import OPTIONS
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox._async.calls.options import CallOptions

Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
Middleware = Callable[[httpx.Request, Send], Awaitable[httpx.Response]]


def through(middleware: Sequence[Middleware], send: Send) -> Send:
    """Return what sends a request through these functions; the first one is the outermost."""
    for function in reversed(middleware):
        send = partial(_passed, function, send)
    return send


async def _passed(function: Middleware, send: Send, request: httpx.Request) -> httpx.Response:
    response: Any = await function(request, send)
    if not isinstance(response, httpx.Response):
        raise InvalidArgumentException(
            f"middleware {getattr(function, '__qualname__', function)!r} must return an httpx.Response, "
            f"such as that of send(request), not {type(response).__name__}"
        )
    return response


class MiddlewareTransport(httpx.AsyncBaseTransport):
    """A transport of the caller's own behind their middleware. Closing it closes nothing."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request through the middleware of its call."""
        options: CallOptions | None = request.extensions.get(OPTIONS)
        middleware = () if options is None else options.middleware
        return await through(middleware, self._inner.handle_async_request)(request)
