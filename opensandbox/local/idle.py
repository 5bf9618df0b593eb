"""Sandboxes that nobody uses: paused after a while, where their policy says so."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpcore

from opensandbox.local.errors import ApiError
from opensandbox.local.proxy.upstream import upstream_of
from opensandbox.local.record import RUNNING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from opensandbox.local.api.bodies import ActivityProbe
    from opensandbox.local.record import SandboxRecord

# Seconds until a program is asked again that did not say whether it is busy.
_ROUND = 15.0
_LARGEST_ANSWER = 1 << 16


class IdleWatch:
    """Pauses one sandbox after `limit` seconds without use, until `stop`.

    A request counts until its answer begins; what comes after that, a stream, does not. `pause` is called while the sandbox runs, and after its
    probe, if it has one, has said that it is not busy.
    """

    def __init__(
        self,
        record: SandboxRecord,
        limit: float,
        probe: ActivityProbe | None,
        pause: Callable[[], Awaitable[None]],
    ) -> None:
        self._record = record
        self._limit = limit
        self._probe = probe
        self._pause = pause
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._unanswered = 0
        self._task = asyncio.create_task(self._watch())

    def used(self) -> None:
        """Let the idle time begin anew."""
        self._last = self._loop.time()

    @contextlib.contextmanager
    def answering(self) -> Iterator[Callable[[], None]]:
        """Take the sandbox for used until the function that is lent is called, or the block ends."""
        self._unanswered += 1
        waiting = True

        def answered() -> None:
            nonlocal waiting
            if waiting:
                waiting = False
                self._unanswered -= 1
                self.used()

        try:
            yield answered
        finally:
            answered()

    async def stop(self) -> None:
        """Pause nothing any more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            last = self._last
            if (left := last + self._limit - self._loop.time()) > 0:
                await asyncio.sleep(left)
            elif self._unanswered or self._record.state != RUNNING:
                self.used()  # whoever resumes it says so, too
            else:
                await self._decide(last)

    async def _decide(self, last: float) -> None:
        busy = await self._busy()
        if busy is None:
            await asyncio.sleep(min(_ROUND, self._limit))
        elif busy:
            self.used()
        elif self._last == last and not self._unanswered and self._record.state == RUNNING:
            self._record.note("Idle", f"not used for {self._limit:g} s")
            with contextlib.suppress(ApiError):  # it runs on, and its events say why
                await self._pause()
            self.used()

    async def _busy(self) -> bool | None:
        """What the program inside says; None when it does not say."""
        if self._probe is None:
            return False
        try:
            async with asyncio.timeout(self._probe.timeout_seconds):
                status, body = await _asked(self._record, self._probe)
            told = json.loads(body) if status == 200 else None
        except (
            TimeoutError,
            ValueError,
            RecursionError,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.TimeoutException,
        ):
            told = None
        members = told if isinstance(told, dict) else {}
        active, message = members.get("active"), members.get("message")
        if not isinstance(active, bool):
            self._record.note("Probe", "no answer that says whether it is active; not paused yet")
            return None
        if isinstance(message, str):
            self._record.note("Probe", message[:200])
        return active


async def _asked(record: SandboxRecord, probe: ActivityProbe) -> tuple[int, bytes]:
    target = quote(probe.path, safe="!#$%&'()*+,/:;=?@[]~").encode()
    request = httpcore.Request(
        b"GET",
        httpcore.URL(scheme=b"http", host=b"sandbox", port=80, target=target),
        headers=[(b"host", b"localhost:%d" % probe.port)],
    )
    response = await upstream_of(record, probe.port).send(request)
    body = b""
    try:
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > _LARGEST_ANSWER:
                raise ValueError("the answer is too long")
    finally:
        await response.aclose()
    return response.status, body
