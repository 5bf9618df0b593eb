"""The server's side of a WebSocket, on a connection that began as HTTP; `websockets` knows the protocol."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from websockets.frames import Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import State
from websockets.server import ServerProtocol

if TYPE_CHECKING:
    from opensandbox.local.execd.http.messages import Request

MAX_MESSAGE = 1 << 20
PING_SECONDS = 30.0
SILENCE_SECONDS = 60.0
WRITE_SECONDS = 10.0
CLOSE_SECONDS = 5.0
READ_AHEAD = 2 * MAX_MESSAGE
"""Bytes of messages that may wait for the handler before no more is read from the socket."""


class WebSocket:
    """One accepted WebSocket. Use it as an async context manager; leaving it closes the connection.

    A client that sends nothing for a minute, not even a pong, is taken for gone. No more is read from one whose messages
    the handler does not receive.
    """

    def __init__(self, request: Request) -> None:
        self._connection = request.connection
        self._protocol = ServerProtocol(max_size=MAX_MESSAGE)
        self._messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._closing = asyncio.Event()  # both sides have said goodbye
        self._waiting = 0  # bytes of the messages that wait
        self._paused = False
        self._pieces: list[bytes] = []
        self._text = False
        self._gone = False
        self._loop = asyncio.get_running_loop()
        self._last_frame = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        head = b"".join(name + b": " + value + b"\r\n" for name, value in request.headers)
        early = self._connection.take_over(self._on_bytes, self._on_lost)
        self._on_bytes(b"GET " + request.target + b" HTTP/1.1\r\n" + head + b"\r\n" + early)

    @property
    def open(self) -> bool:
        """Whether messages can still be sent."""
        return self._protocol.state is State.OPEN and not self._gone

    async def __aenter__(self) -> WebSocket:
        self._keep_alive()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.close(1000)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._closing.wait()
        self._connection.transport.close()

    async def receive(self) -> str | bytes | None:
        """Wait for the next message; None once the client has closed."""
        message = await self._messages.get()
        self._waiting -= len(message or "")
        if self._paused and self._waiting <= READ_AHEAD and not self._gone:
            self._paused = False
            self._last_frame = self._loop.time()
            self._connection.transport.resume_reading()
        return message

    async def send(self, message: str | bytes) -> None:
        """Send a message and wait until the client has taken enough of what was sent before."""
        if not self.open:
            return
        if isinstance(message, str):
            self._protocol.send_text(message.encode())
        else:
            self._protocol.send_binary(message)
        self._flush()
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await self._connection.drained()
        except TimeoutError:
            self._connection.transport.abort()

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye; what the client sent before is still received."""
        if self.open:
            self._protocol.send_close(code, reason)
            self._flush()
            if self._paused:  # the other side's goodbye is behind what was not read
                self._paused = False
                self._connection.transport.resume_reading()
        self._messages.put_nowait(None)

    def _on_bytes(self, data: bytes) -> None:
        self._last_frame = self._loop.time()
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Handshake):
                self._protocol.send_response(self._protocol.accept(event))
            elif isinstance(event, Frame):
                self._on_frame(event)
        self._flush()
        if self._protocol.close_expected():
            self._closing.set()
            self._messages.put_nowait(None)

    def _on_lost(self) -> None:
        self._gone = True
        self._closing.set()
        self._messages.put_nowait(None)

    def _on_frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._text = frame.opcode is Opcode.TEXT
        elif frame.opcode is not Opcode.CONT:
            return
        self._pieces.append(bytes(frame.data))
        if frame.fin:
            message = b"".join(self._pieces)
            self._pieces.clear()
            content = message.decode("utf-8", "replace") if self._text else message
            self._waiting += len(content)
            self._messages.put_nowait(content)
            if self._waiting > READ_AHEAD and not self._paused and self.open:
                self._paused = True
                self._connection.transport.pause_reading()

    def _keep_alive(self) -> None:
        # What the client says is not read while it is paused.
        if not self._paused and self._loop.time() - self._last_frame > SILENCE_SECONDS:
            self._connection.transport.abort()
        elif self.open:
            self._protocol.send_ping(b"")
            self._flush()
            self._timer = self._loop.call_later(PING_SECONDS, self._keep_alive)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._connection.transport.write(data)
