"""Runs as a real daemon streams them: early ends of code, busy contexts, held streams, late time-outs."""

from __future__ import annotations

import asyncio
import random
import re
import time
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.http.errors import RUNTIME_ERROR
from opensandbox.local.execd.run import events
from opensandbox.local.manners.requests import members

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Message, Receive, Scope, Send

    from opensandbox.local.manners.requests import Peeked

    Forward = Callable[[Receive, Send], Awaitable[None]]

HOLD = 1.0
"""Seconds for which the stream of a command stays open after its end."""

LATE = 1.0
"""Seconds after which a session's run that is out of time says so."""

FREED = (0.01, 0.5)
"""Seconds after its stream until a context is free: at least, at most."""

_SESSION_RUN = re.compile(r"/session/[^/]+/run")
_OUT_OF_TIME = re.compile(rb"killed after the timeout of ([0-9]+) ms")
_END = b"\n\n"
_BUSY = "error running code: session is busy"


class Runs:
    """What one sandbox remembers of its runs: which context each name means, and until when it is busy."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._busy: dict[str, float] = {}

    async def serve(self, scope: Scope, receive: Peeked, send: Send, path: str, forward: Forward) -> None:
        """Carry one request to the daemon, and its answer back in the manner of a real one."""
        if scope["method"] != "POST":
            await forward(receive, send)
        elif path == "/command":
            await forward(receive, _Stream(send, Held()))
        elif _SESSION_RUN.fullmatch(path):
            await forward(receive, _Stream(send, LateTimeout()))
        elif path == "/code":
            await self._code(receive, send, forward)
        else:
            await forward(receive, send)

    async def _code(self, receive: Peeked, send: Send, forward: Forward) -> None:
        name = _context(await receive.json_object())
        context = self._ids.get(name or "", name or "")
        if time.monotonic() < self._busy.get(context, 0.0):
            await _refuse(send, context)
            return
        run = EarlyEnd()
        await forward(receive, _Stream(send, run))
        if run.context is not None:
            self._ids[name or ""] = run.context
            self._busy[run.context] = time.monotonic() + random.uniform(*FREED)  # noqa: S311 - a delay, not a secret


class Held:
    """A command's stream: it stays open for a while after the end."""

    def event(self, event: bytes) -> bytes:
        """Return what becomes of an event."""
        return event

    async def end(self) -> bytes:
        """Return what comes last, once it is time."""
        await asyncio.sleep(HOLD / 2)
        return events.ping_event().encode()

    async def after(self) -> None:
        """Wait until the stream may end."""
        await asyncio.sleep(HOLD / 2)


class LateTimeout(Held):
    """The stream of a session's run: time is up without an event, and an envelope says so when the shell's children have ended."""

    def __init__(self) -> None:
        self._milliseconds = 0

    def event(self, event: bytes) -> bytes:
        """Drop the event that tells the time-out."""
        if found := _OUT_OF_TIME.search(event):
            self._milliseconds = int(found[1])
            return b""
        return event

    async def end(self) -> bytes:
        """Return the envelope."""
        if not self._milliseconds:
            return await super().end()
        await asyncio.sleep(LATE)
        text = f"error running in session. timeout after {self._milliseconds / 1000:g}s"
        return events.late_failure(RUNTIME_ERROR, text).encode()


class EarlyEnd:
    """The stream of code: told to be complete before it has begun."""

    def __init__(self) -> None:
        self.context: str | None = None
        self._told = False

    def event(self, event: bytes) -> bytes:
        """Tell the end after the first ping; the true one is dropped."""
        kind = members(event).get("type")
        if kind == "init":
            self.context = str(members(event).get("text"))
        if kind == "execution_complete":
            return b""
        if kind == "ping" and not self._told:
            self._told = True
            return event + events.complete_event(0).encode()
        return event

    async def end(self) -> bytes:
        """Nothing comes last."""
        return b""

    async def after(self) -> None:
        """The stream ends with the code."""


class _Stream:
    """`send` for a stream of events that passes each of them through a manner. Other answers are left alone."""

    def __init__(self, send: Send, manner: Held | EarlyEnd) -> None:
        self._send = send
        self._manner = manner
        self._applies = False
        self._rest = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kinds = [value for name, value in message["headers"] if name.lower() == b"content-type"]
            self._applies = message["status"] == 200 and any(b"event-stream" in kind for kind in kinds)
        elif self._applies:
            await self._pass_on(message.get("body", b""))
            if not message.get("more_body"):
                await self._piece(self._rest)
                await self._piece(await self._manner.end())
                await self._manner.after()
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._send(message)

    async def _pass_on(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(_END)
        await self._piece(b"".join(self._manner.event(event + _END) for event in whole))

    async def _piece(self, data: bytes) -> None:
        if data:
            await self._send({"type": "http.response.body", "body": data, "more_body": True})


def _context(body: dict[str, Any]) -> str | None:
    """Return the context that a request names, by id or by language."""
    context = body.get("context")
    if not isinstance(context, dict):
        return None
    name: str | None = context.get("id") or context.get("language")
    return name


async def _refuse(send: Send, context: str) -> None:
    headers = [(b"content-type", b"text/event-stream")]
    body = events.text_event("init", context) + events.late_failure(RUNTIME_ERROR, _BUSY)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode(), "more_body": False})
