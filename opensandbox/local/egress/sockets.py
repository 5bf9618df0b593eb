"""Byte streams over plain sockets of the event loop.

Not asyncio's own streams: what was read to look at it can be given back here, also below TLS, and a tunnel moves large
pieces through one buffer without a protocol object in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

from anyio import EndOfStream
from anyio.abc import ByteStream

PIECE = 1 << 18
_LINGER = 2.0


class SocketStream(ByteStream):
    """A connected TCP socket as anyio's byte stream. Owns it: `aclose` closes it."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        # Small pieces, as of a TLS handshake, must not wait for the other side to acknowledge earlier ones.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connected
        self._given_back = b""
        self._sending = asyncio.Lock()

    def give_back(self, data: bytes) -> None:
        """Let the next `receive` begin with these bytes."""
        self._given_back = data + self._given_back

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Raises EndOfStream when the other side has nothing more to say."""
        if self._given_back:
            data, self._given_back = self._given_back[:max_bytes], self._given_back[max_bytes:]
            return data
        # What is there already is read without waiting: without this, a fast stream would never let others run.
        await asyncio.sleep(0)
        data = await asyncio.get_running_loop().sock_recv(self.socket, max_bytes)
        if not data:
            raise EndOfStream
        return data

    async def send(self, item: bytes) -> None:
        """Returns when the kernel has taken all of it."""
        async with self._sending:
            await asyncio.get_running_loop().sock_sendall(self.socket, item)

    async def send_eof(self) -> None:
        """Say that nothing more will come."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    async def linger(self) -> None:
        """Say that nothing more will come, and let the other side read that before what it still sends breaks it off."""
        await self.send_eof()
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_LINGER):
                while await asyncio.get_running_loop().sock_recv(self.socket, PIECE):
                    pass

    async def aclose(self) -> None:
        """Close at once. Nobody may be waiting in `receive` or `send` any more."""
        self.socket.close()

    async def copy_to(self, other: SocketStream) -> None:
        """Pass everything on until this side ends, then its end as well."""
        if self._given_back:
            given_back, self._given_back = self._given_back, b""
            await other.send(given_back)
        loop = asyncio.get_running_loop()
        buffer = memoryview(bytearray(PIECE))
        while count := await loop.sock_recv_into(self.socket, buffer):
            await loop.sock_sendall(other.socket, buffer[:count])
            await asyncio.sleep(0)  # as in `receive`
        await other.send_eof()


async def connect(host: str, port: int) -> SocketStream:
    """Connect to an address; no name is looked up. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, (host, port))
    except BaseException:
        connection.close()
        raise
    return SocketStream(connection)
