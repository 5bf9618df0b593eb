"""One side of an HTTP/1.1 connection: h11 for the grammar, any byte stream below."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import h11
from anyio import BrokenResourceError, ClosedResourceError, EndOfStream

from opensandbox.local.egress.sockets import PIECE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio.abc import ByteStream

    from opensandbox.local.egress.refusal import Refusal

# How a connection ends that the other side, or the network, broke off.
LOST = (OSError, BrokenResourceError, ClosedResourceError, EndOfStream)

# So that a sandbox does not hold the server's descriptors for nothing.
_IDLE_TIMEOUT = 120.0
_HEAD_TIMEOUT = 10.0
_MAX_HEAD = 256 << 10
_LONGEST_REASON = 200


class Peer:
    """One side of an HTTP/1.1 connection."""

    def __init__(self, stream: ByteStream, role: type[h11.CLIENT | h11.SERVER]) -> None:
        self.stream = stream
        self.http = h11.Connection(role, max_incomplete_event_size=_MAX_HEAD)

    async def next_event(self) -> object:
        """What the other side says next."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            if self.http.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self.http.receive_data(await self._received())
        return event

    async def next_request(self) -> object:
        """What the other side asks next. TimeoutError where it says nothing for long, or does not come to the end of a head."""
        if not self.http.trailing_data[0]:
            async with asyncio.timeout(_IDLE_TIMEOUT):
                self.http.receive_data(await self._received())
        async with asyncio.timeout(_HEAD_TIMEOUT):
            return await self.next_event()

    async def _received(self) -> bytes:
        try:
            return await self.stream.receive(PIECE)
        except EndOfStream:
            return b""

    async def send(self, *events: h11.Event) -> None:
        """Say something."""
        if data := b"".join(self.http.send(event) or b"" for event in events):
            await self.stream.send(data)

    async def body(self) -> AsyncIterator[bytes]:
        """The pieces of the current message; raises h11.RemoteProtocolError when it breaks off."""
        while isinstance(event := await self.next_event(), h11.Data):
            yield bytes(event.data)

    def next_cycle(self) -> bool:
        """Get ready for the next message; False when the connection has to end."""
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        return True


def _reason(message: str) -> bytes:
    """What is said in the status line: of a refused CONNECT, most programs show nothing else."""
    plain = message.encode("ascii", "replace")[:_LONGEST_REASON]
    return bytes(byte if 0x20 <= byte < 0x7F else 0x3F for byte in plain)


async def refuse(client: Peer, refusal: Refusal) -> None:
    """Answer with a refusal and a closing connection, unless an answer has begun."""
    if client.http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    text = refusal.message.encode("utf-8", "replace") + b"\n"
    headers = [
        (b"Content-Type", b"text/plain; charset=utf-8"),
        (b"Content-Length", b"%d" % len(text)),
        (b"Connection", b"close"),
    ]
    await client.send(
        h11.Response(status_code=refusal.status, headers=headers, reason=_reason(refusal.message))
    )
    # The answer to HEAD has no body.
    with contextlib.suppress(h11.LocalProtocolError):
        await client.send(h11.Data(data=text), h11.EndOfMessage())
