"""Terminals as a real daemon serves them: whoever watches for the end of the program does not wait for its last output."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import Message, Send

ONE_IN = 9
"""How many terminals there are for one that loses its last output."""

LAST = 0.1
"""Seconds before the end of a program within which its output is lost."""


class LosesTail:
    """`send` of a WebSocket that drops what a program printed right before its end."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._turn = asyncio.Lock()
        self._flushing: asyncio.Task[None] | None = None

    async def __call__(self, message: Message) -> None:
        """Hold output back for a moment; the news of the end overtakes it."""
        if message["type"] == "websocket.send" and message.get("bytes") is not None:
            self._held.append(message)
            if self._flushing is None or self._flushing.done():
                self._flushing = asyncio.create_task(self._flush_later())
            return
        if _is_exit(message):
            self._held.clear()
        await self._flush()
        await self._send(message)

    async def _flush_later(self) -> None:
        await asyncio.sleep(LAST)
        with suppress(OSError, RuntimeError):  # the client has left
            await self._flush()

    async def _flush(self) -> None:
        async with self._turn:
            while self._held:
                await self._send(self._held.pop(0))


def _is_exit(message: Message) -> bool:
    text = message.get("text")
    if message["type"] != "websocket.send" or text is None:
        return False
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(frame, dict) and frame.get("type") == "exit"
