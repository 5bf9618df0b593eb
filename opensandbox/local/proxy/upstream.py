"""Connections into one port of one sandbox, as a connection pool of httpcore.

httpcore speaks HTTP/1.1; how bytes get into the sandbox (a unix socket, or a stream relayed by the daemon inside) is
the `dial` function's affair.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

from opensandbox.constants import DEFAULT_EXECD_PORT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable, Iterable

    from opensandbox.local.record import SandboxRecord

    Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

# Below the five seconds after which common servers drop an idle connection.
_KEEP_ALIVE = 4.0


class Upstream:
    """The HTTP client of one port. Not to be used after `close`, which also cuts what is in flight."""

    def __init__(self, dial: Dial, *, keep_alive: bool) -> None:
        self.dial = dial
        self._pool = httpcore.AsyncConnectionPool(
            max_connections=None,
            max_keepalive_connections=16 if keep_alive else 0,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=_Backend(dial),
        )

    async def send(self, request: httpcore.Request) -> httpcore.Response:
        """The head of the response; its body is to be read and closed by the caller."""
        return await self._pool.handle_async_request(request)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


def upstream_of(record: SandboxRecord, port: int) -> Upstream:
    """The way to a port of a running sandbox; it is closed with the sandbox, and when that is paused."""
    upstream = record.upstreams.get(port)
    if upstream is None:
        box = record.box
        assert box is not None, "a running sandbox has a box"
        if port == DEFAULT_EXECD_PORT:
            upstream = Upstream(lambda: asyncio.open_unix_connection(str(box.execd_socket)), keep_alive=True)
        else:
            # A fresh connection each time: a user's program may drop idle ones whenever it likes.
            upstream = Upstream(lambda: box.dial(port), keep_alive=False)
        record.upstreams[port] = upstream
    return upstream


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, dial: Dial) -> None:
        self._dial = dial

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            return _Stream(*await asyncio.wait_for(self._dial(), timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection within {timeout} s") from error
        except (OSError, EOFError) as error:
            raise httpcore.ConnectError(str(error) or type(error).__name__) from error

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            if timeout is None:
                return await self._reader.read(max_bytes)
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(f"no byte within {timeout} s") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._writer.write(buffer)
            async with asyncio.timeout(timeout):
                await self._writer.drain()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(f"nothing taken within {timeout} s") from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        self._writer.close()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise NotImplementedError("the way into a sandbox is not encrypted: it never leaves this machine")

    def get_extra_info(self, info: str) -> Any:
        # Only an idle connection is asked: whatever can be read then is the end of it.
        return self._reader.at_eof() if info == "is_readable" else None
