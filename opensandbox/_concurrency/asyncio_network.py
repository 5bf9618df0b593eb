"""Connections for httpcore, on asyncio's own transports (`_concurrency.async_network_backend`).

httpcore brings a way over anyio: a cancel scope and two turns of the event loop for each read and write, and no more than 256 KiB at
a time. For a large download that is half of the work.
"""

from __future__ import annotations

import asyncio
import ipaddress
import select
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

NEXT_ADDRESS: Final = 0.25
"""Seconds after which the next address of a name is tried beside the first."""

LARGE: Final = 1 << 16
"""Bytes after which it is somebody else's turn, even if the other side could take more at once."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Opens connections over TCP."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncioStream:
        """Connect to the first address of `host` that answers, within `timeout` seconds."""
        local = None if local_address is None else (local_address, 0)
        try:
            async with asyncio.timeout(timeout):
                transport, wire = await _connection(host, port, local)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        stream = AsyncioStream(transport, wire)
        for option in socket_options or ():
            stream.get_extra_info("socket").setsockopt(*option)
        return stream


class AsyncioStream(httpcore.AsyncNetworkStream):
    """One connection. One task reads and one writes at a time. The caller closes it."""

    def __init__(self, transport: asyncio.Transport, wire: _Wire) -> None:
        self._transport = wire.transport = transport
        self._wire = wire
        # A write is over when everything has left: what waits in a buffer would escape its time limit.
        transport.set_write_buffer_limits(high=1, low=0)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, nothing at the end; wait up to `timeout` seconds for it."""
        wire = self._wire
        pieces = wire.pieces
        if not pieces and not wire.ended:
            # asyncio asks the system for 256 KiB at a time, unless told otherwise. Where this name is not known, it stays so.
            with suppress(AttributeError):
                self._transport.max_size = max_bytes  # type: ignore[attr-defined]
            self._transport.resume_reading()
            await wire.news.wait(timeout)
        if pieces:
            piece = pieces.popleft()
            if len(piece) > max_bytes:
                pieces.appendleft(piece[max_bytes:])
                piece = piece[:max_bytes]
            return piece
        if not wire.ended:
            raise httpcore.ReadTimeout
        if wire.failure is not None:
            raise httpcore.ReadError(str(wire.failure)) from wire.failure
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send everything, waiting up to `timeout` seconds for the other side to take it."""
        wire = self._wire
        if not buffer:
            return
        if not wire.lost:
            self._transport.write(buffer)
            if wire.full:
                await wire.room.wait(timeout)
            elif len(buffer) >= LARGE or self._transport.is_closing():
                await wire.room.wait(0)
        if wire.lost:
            raise httpcore.WriteError(str(wire.failure or "the connection is closed")) from wire.failure
        if wire.full:
            raise httpcore.WriteTimeout

    async def aclose(self) -> None:
        """Close the connection at once; who still reads or writes is told so."""
        self._wire.failure = self._wire.failure or ConnectionAbortedError("the connection was closed here")
        self._transport.abort()  # the socket is closed in the next turn, for which nobody waits: who closes may be cancelled

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncioStream:
        """Return the same connection, encrypted, after a handshake of up to `timeout` seconds; close this one where that fails."""
        self._wire.transport = None  # what it hears from now on is about the encrypted one
        try:
            async with asyncio.timeout(timeout):
                transport = await asyncio.get_running_loop().start_tls(
                    self._transport, self._wire, ssl_context, server_hostname=server_hostname
                )
            if transport is None:
                raise ConnectionResetError("the connection was closed after the handshake")
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        self._wire.encrypted = True
        return AsyncioStream(transport, self._wire)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows about itself."""
        if info == "is_readable":
            # How the pool finds out that the server has closed an idle connection.
            return self._wire.ended or bool(self._wire.pieces) or _has_news(self._transport)
        return self._transport.get_extra_info(
            {"client_addr": "sockname", "server_addr": "peername"}.get(info, info)
        )


def _has_news(transport: asyncio.Transport) -> bool:
    """Ask the system whether something has come, or the other side has closed: the event loop may not have had a turn since."""
    descriptor: int = transport.get_extra_info("socket").fileno()
    if descriptor < 0 or not hasattr(select, "poll"):
        return descriptor < 0 or bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class _Wire(asyncio.Protocol):
    """What a transport tells. It goes on receiving until something has come that nobody waited for."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.pieces: deque[bytes] = deque()
        self.ended = False
        """Nothing more comes in."""
        self.lost = False
        """Nothing goes out any more either."""
        self.failure: Exception | None = None
        self.full = False
        """Something still waits to go out."""
        self.encrypted = False
        self.news = _Signal()
        self.room = _Signal()

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        if not self.news.give() and self.transport is not None:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self.ended = True
        self.news.give()
        # The other side may still read what is being sent. TLS has no such half.
        return not self.encrypted

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = self.lost = True
        self.transport = None
        self.failure = self.failure or exc
        self.news.give()
        self.room.give()

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False
        self.room.give()


class _Signal:
    """Wakes the one task that waits."""

    __slots__ = ("_waiter",)

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None

    def give(self) -> bool:
        """Return whether somebody was waiting."""
        waiter = self._waiter
        if waiter is None or waiter.done():
            return False
        waiter.set_result(None)
        return True

    async def wait(self, timeout: float | None) -> None:
        """Wait for it, for so many seconds; the caller sees which of the two it was."""
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        end = None if timeout is None else loop.call_later(timeout, self.give)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if end is not None:
                end.cancel()


async def _connection(host: str, port: int, local: tuple[str, int] | None) -> tuple[asyncio.Transport, _Wire]:
    loop = asyncio.get_running_loop()
    # Loops of other makes try one address after the other, and have no word for anything else.
    if _is_address(host) or not isinstance(loop, asyncio.BaseEventLoop):
        return await loop.create_connection(_Wire, host, port, local_addr=local)
    for _ in range(2):
        # Addresses are tried in tasks of their own. The end of an event loop cancels these, even where it spares the one
        # who waits for them; asyncio then has no reason to tell (and stumbles over that before Python 3.14).
        with suppress(IndexError, TimeoutError):
            return await loop.create_connection(
                _Wire, host, port, local_addr=local, happy_eyeballs_delay=NEXT_ADDRESS
            )
    raise TimeoutError(f"no address of {host} answered")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
