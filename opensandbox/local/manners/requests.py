"""Requests that are looked at before they are passed on."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Message, Receive

LOOK_SECONDS = 0.05


class Peeked:
    """`receive` of a request some messages of which were read already: it gives them again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read: list[Message] = []

    async def __call__(self) -> Message:
        """Return the next message."""
        return self._read.pop(0) if self._read else await self._receive()

    def again(self, message: Message) -> None:
        """Give a message, the last one first."""
        self._read.insert(0, message)

    async def json_object(self) -> dict[str, Any]:
        """Read to the end of the body, and return what it says; empty where that is no JSON object."""
        body, more = b"", True
        while more:
            self._read.append(message := await self._receive())
            body += message.get("body", b"")
            more = message["type"] == "http.request" and message.get("more_body", False)
        return members(body)

    async def stays_while(self, condition: Callable[[], bool]) -> bool:
        """Wait as long as a condition holds; False when the client has left before."""
        reading: asyncio.Task[Message] | None = None
        try:
            while condition():
                reading = reading or asyncio.ensure_future(self._receive())
                await asyncio.wait({reading}, timeout=LOOK_SECONDS)
                if reading.done():
                    self._read.append(message := reading.result())
                    reading = None
                    if message["type"].endswith(".disconnect"):
                        return False
        finally:
            if reading is not None:
                reading.cancel()
        return True


def members(text: bytes) -> dict[str, Any]:
    """Return a JSON object; empty where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
