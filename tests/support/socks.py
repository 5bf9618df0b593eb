"""A real SOCKS5 proxy, which names below example.com lead to this machine: it remembers what it was asked for."""

from __future__ import annotations

import asyncio

from tests.support.proxy import Proxy, resolved

USER_AND_PASSWORD = 2


class SocksProxy(Proxy):
    """`asked` holds the places that clients asked for. With `refusal` it connects to none, and says so by this code.

    Each reply is sent byte by byte.
    """

    def __init__(self, login: str | None = None, refusal: int = 0) -> None:
        super().__init__(login)
        self.asked: list[str] = []
        self._refusal = refusal

    async def open(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not await self._greeted(reader, writer):
            raise ConnectionRefusedError
        host, port = await _wanted(reader)
        self.asked.append(f"{host}:{port}")
        await _say(writer, bytes([5, self._refusal, 0, 1, 127, 0, 0, 1, 0, 80]))
        if self._refusal:
            raise ConnectionRefusedError
        return await asyncio.open_connection(resolved(host), port)

    async def _greeted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 0 if self.login is None else USER_AND_PASSWORD
        if wanted not in methods:
            await _say(writer, b"\x05\xff")
            return False
        await _say(writer, bytes([5, wanted]))
        if self.login is None:
            return True
        _, length = await reader.readexactly(2)
        user = await reader.readexactly(length)
        (length,) = await reader.readexactly(1)
        welcome = user + b":" + await reader.readexactly(length) == self.login.encode()
        await _say(writer, bytes([1, not welcome]))
        return welcome


async def _wanted(reader: asyncio.StreamReader) -> tuple[str, int]:
    kind = (await reader.readexactly(4))[3]
    if kind == 3:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    else:
        host = ".".join(map(str, await reader.readexactly(4)))
    return host, int.from_bytes(await reader.readexactly(2), "big")


async def _say(writer: asyncio.StreamWriter, reply: bytes) -> None:
    for byte in reply:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
