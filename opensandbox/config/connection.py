"""The connection config of one twin, with the types of its transports and hooks."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from pydantic import Field, field_validator

from opensandbox._core.lazy import public_names
from opensandbox.config.settings import ConnectionSettings, is_transport

if TYPE_CHECKING:
    import httpx

    from opensandbox._async.calls.middleware import Middleware
    from opensandbox._async.net.foreign import HttpxTransport

    Transport: TypeAlias = HttpxTransport | None
else:
    Middleware = Callable[..., Any]
    # Programs that bring no transport need not import httpx to build a config.
    Transport = Any

logger = logging.getLogger("opensandbox.config")


class ConnectionConfig(ConnectionSettings):
    """Address, key and settings of the connection, for `Sandbox`, `SandboxManager` and `SandboxPoolAsync`.

    All fields are optional; the environment provides the defaults. The SDK uses your `transport` as it is, without
    retries, and never closes it. Without one, objects with equal configs share their connections, and the last one
    closes them.

        config = ConnectionConfig(domain="sandboxes.example.com", protocol="https", api_key=key)
        async with await Sandbox.create("python:3.12", connection_config=config) as sandbox: ...
    """

    event_hooks: dict[str, list[Callable[..., Awaitable[None]]]] = Field(default_factory=dict)
    """Functions for httpx's events `request` and `response`."""

    middleware: list[Middleware] = Field(default_factory=list, repr=False)
    """Functions that get each attempt of a request, and a function that sends it; they return the response. Statuses from 400 on are
    responses as well. The first function is the outermost.

        async def timed(request, send):
            started = time.monotonic()
            response = await send(request)
            print(request.method, request.url.path, response.status_code, time.monotonic() - started)
            return response
    """

    transport: Transport = None
    """A transport of httpx or httpx2 that sends every request."""

    @field_validator("transport")
    @classmethod
    def _is_a_transport(cls, value: Any) -> Any:
        kind = "AsyncBaseTransport"
        if value is not None and not is_transport(value, kind):
            raise ValueError(f"must be an httpx.{kind}, got {type(value).__name__}")
        return value

    def new_owned_transport(
        self,
        *,
        max_connections: int | None = 100,
        max_keepalive_connections: int = 20,
        keepalive_expiry: float = 30.0,
    ) -> httpx.AsyncBaseTransport:
        """Return a new transport with the settings and retries of this config; the caller closes it.

        `keepalive_expiry` is in seconds. It opens no connection before the first request.
        """
        import httpx

        from opensandbox._async.calls.retry import RetryAsyncTransport
        from opensandbox._async.net.transports import RoutingTransport, settings_of

        limits = httpx.Limits(
            max_connections=max_connections,
            max_keepalive_connections=max_keepalive_connections,
            keepalive_expiry=keepalive_expiry,
        )
        transport = RoutingTransport(settings_of(self), limits)
        if not self.retry_policy.wraps_transport():
            return transport
        return RetryAsyncTransport(transport, self.retry_policy, owns_inner=True)

    def with_transport_if_missing(
        self,
        *,
        max_connections: int | None = 100,
        max_keepalive_connections: int = 20,
        keepalive_expiry: float = 30.0,
    ) -> Self:
        """Return a config that has a transport: this one, or a shallow copy with a new transport that it owns."""
        if self.transport is not None:
            return self
        return self._with_transport(
            self.new_owned_transport(
                max_connections=max_connections,
                max_keepalive_connections=max_keepalive_connections,
                keepalive_expiry=keepalive_expiry,
            )
        )

    async def close_transport_if_owned(self) -> None:
        """Close the transport unless it was passed in. A failure to close is logged, not raised."""
        if self.transport is None or not self._owns_transport:
            return
        try:
            await self.transport.aclose()
        except Exception:
            logger.warning("closing the transport failed", exc_info=True)


__getattr__ = public_names(__name__)
