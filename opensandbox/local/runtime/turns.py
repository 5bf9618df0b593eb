"""Whose turn it is to start: first come, first served, and no more waiting than can be served in time."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections import deque
from typing import TYPE_CHECKING

from opensandbox.local.runtime.errors import QueueFull

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_CORES = os.cpu_count() or 1
# Starting is work for the processor: more at once would make each of them slow, and some too slow.
_AT_ONCE = 2 * _CORES
# A core starts about five sandboxes a second, and two where other programs keep it busy. So whoever comes last waits for a minute
# at the worst, while clients wait for five by default. Two cores bear a burst of 250.
_WAITING = 125 * _CORES
_LONGEST_ADVICE = 60.0
_FIRST_GUESS = 0.5
_SHARE = 0.2


class Turns:
    """At most `at_once` starts go on, and at most `waiting` more wait for their turn.

    async with turns.turn():
        ...  # start something
    """

    def __init__(self, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        self._at_once = at_once
        self._most = waiting
        self._running = 0
        self._requests: deque[asyncio.Future[None]] = deque()
        self._spares: deque[asyncio.Future[None]] = deque()
        self._usual = _FIRST_GUESS

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return len(self._requests)

    @contextlib.asynccontextmanager
    async def turn(self, *, spare: bool = False) -> AsyncIterator[None]:
        """Hold a turn for the block. A spare, which nobody waits for, lets every request go first.

        Raises QueueFull at once where too many requests wait.
        """
        if not spare and self.waiting >= self._most:
            raise QueueFull(self._advice(), self.waiting)
        await self._enter(self._spares if spare else self._requests)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            yield
        finally:
            self._usual += _SHARE * (loop.time() - begun - self._usual)
            self._leave()

    async def _enter(self, queue: deque[asyncio.Future[None]]) -> None:
        if self._running < self._at_once:  # then nobody waits
            self._running += 1
            return
        place = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                with contextlib.suppress(ValueError):  # `_leave` has passed it by
                    queue.remove(place)
            else:
                self._leave()  # the turn had come, and nobody takes it
            raise

    def _leave(self) -> None:
        for queue in (self._requests, self._spares):
            while queue:
                place = queue.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._running -= 1

    def _advice(self) -> float:
        """Seconds after which about half of the queue will be through."""
        half = self.waiting / 2 * self._usual / self._at_once
        return float(math.ceil(min(max(half, 1.0), _LONGEST_ADVICE)))
