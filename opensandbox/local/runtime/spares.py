"""Warm spares: sandboxes that are started before anybody asks for them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox.local.runtime.box import Box

log = logging.getLogger("opensandbox.local.runtime")


class Spares:
    """Keeps `size` boxes ready, made one after another in the background by `make`.

    Never more than `size` exist, ready and being made together. When making one fails, the next `take` tries again:
    a machine that cannot start sandboxes is not asked over and over.
    """

    def __init__(self, size: int, make: Callable[[], Awaitable[Box]]) -> None:
        if size < 0:
            raise ValueError(f"spares is {size!r}; give 0 for none, or how many to keep ready")
        self._size = size
        self._make = make
        self._ready: deque[Box] = deque()
        self._filling: asyncio.Task[None] | None = None
        self._closed = False

    def ready(self) -> list[Box]:
        """The boxes that wait."""
        return [box for box in self._ready if not box.exited]

    def take(self) -> Box | None:
        """Hand over a box that is ready, if there is one, and start replacing it."""
        box = None
        while self._ready and box is None:
            candidate = self._ready.popleft()
            box = None if candidate.exited else candidate
        self.fill()
        return box

    def fill(self) -> None:
        """Start making what is missing, in the background."""
        if (
            not self._closed
            and len(self._ready) < self._size
            and (self._filling is None or self._filling.done())
        ):
            self._filling = asyncio.create_task(self._fill())

    async def _fill(self) -> None:
        while not self._closed and len(self._ready) < self._size:
            try:
                box = await self._make()
            except Exception:
                log.warning("could not start a spare sandbox", exc_info=True)
                return
            self._ready.append(box)

    async def close(self) -> None:
        """Make no more. What is ready stays with the runtime, which kills all its boxes."""
        self._closed = True
        if self._filling:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)
        self._ready.clear()
