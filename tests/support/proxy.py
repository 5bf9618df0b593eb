"""A real HTTP proxy: it tunnels what CONNECT asks for, forwards the rest, and remembers both. Names below
example.com lead to this machine.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from urllib.parse import urlsplit

from tests.support.loop_server import LoopServer

REFUSED = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Proxy(LoopServer):
    """`heads` holds what clients sent first. With `login` (`user:password`) nobody else is let through, with `tls` it speaks TLS."""

    def __init__(self, login: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.heads: list[bytes] = []
        self.login = login
        self.refusals: list[bytes] = []
        """What the next ones are answered, who are then not let through."""

    @property
    def lines(self) -> list[str]:
        """Return the first lines of what clients sent."""
        return [head.split(b"\r\n")[0].decode() for head in self.heads]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        outward: asyncio.StreamWriter | None = None
        try:
            inward, outward = await self.open(reader, writer)
            await asyncio.gather(self.copy(reader, outward), self.copy(inward, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            for side in (writer, outward):
                if side is not None:
                    side.transport.abort()

    async def open(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Read what the client wants, and connect to it; `ConnectionRefusedError` if it may not."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        if not self._lets_in(head):
            writer.write(REFUSED)
            await writer.drain()
            raise ConnectionRefusedError
        if self.refusals:
            writer.write(self.refusals.pop(0))
            await writer.drain()
            raise ConnectionRefusedError
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        tunnel = method == "CONNECT"
        address = urlsplit(f"//{target}" if tunnel else target)
        inward, outward = await asyncio.open_connection(resolved(address.hostname or ""), address.port)
        if tunnel:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            outward.write(head)
        return inward, outward

    def _lets_in(self, head: bytes) -> bool:
        if self.login is None:
            return True
        wanted = b"proxy-authorization: basic " + base64.b64encode(self.login.encode()).lower()
        return wanted in head.lower()

    @staticmethod
    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while piece := await source.read(1 << 16):
            target.write(piece)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()


def resolved(host: str) -> str:
    """Return the address of a host, as a name server of the proxy's network would."""
    return "127.0.0.1" if host.endswith(".example.com") else host
