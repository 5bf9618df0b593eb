"""What sandboxes leave behind: directories and mounts, which are removed while nobody waits, and again where that fails at first."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from opensandbox.local.runtime.storage import remove_tree

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox.local.runtime.storage import Owner

log = logging.getLogger("opensandbox.local.runtime")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0
_TOGETHER = 16
_MOST_WAITING = 64
_FULL_PAUSE = 0.005


class Leavings:
    """Removes directories, and goes on trying where that fails, until `close`.

    What is left then is removed by the next server to start in the same state directory.
    """

    def __init__(self) -> None:
        self._left: dict[Path, Owner] = {}
        self._retry: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Owner, Path, int | None]] = []
        self._worker: asyncio.Task[None] | None = None

    async def remove(self, owner: Owner, path: Path) -> None:
        """Remove `path` and everything below it, now or later. Harmless when it does not exist."""
        try:
            await remove_tree(owner, path)
        except OSError as error:
            log.warning("%s could not be removed, which will be tried again: %s", path, error)
            self._left[path] = owner
            if self._retry is None or self._retry.done():
                self._retry = asyncio.create_task(self._keep_trying())

    async def remove_soon(self, owner: Owner, path: Path, mounts: int | None) -> None:
        """Remove `path` in the background, once `mounts` is closed, a descriptor of the mount namespace that lies on it.

        The kernel writes a whole disk's data back before it unmounts an overlay, so closing it takes tens of milliseconds. Waits
        while too many others are waiting.
        """
        self._waiting.append((owner, path, mounts))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        while len(self._waiting) > _MOST_WAITING and not self._worker.done():
            await asyncio.sleep(_FULL_PAUSE)

    async def _work(self) -> None:
        while batch := self._waiting[:_TOGETHER]:
            del self._waiting[:_TOGETHER]
            held = [mounts for _, _, mounts in batch if mounts is not None]
            await asyncio.gather(*(asyncio.to_thread(os.close, mounts) for mounts in held))
            await asyncio.gather(*(self.remove(owner, path) for owner, path, _ in batch))

    async def close(self) -> None:
        """Finish, and try a last time what failed."""
        if self._worker is not None:
            await self._worker
        if self._retry is not None:
            self._retry.cancel()
            await asyncio.gather(self._retry, return_exceptions=True)
        await self._try_all()

    async def _keep_trying(self) -> None:
        pause = _FIRST_PAUSE
        while self._left:
            await asyncio.sleep(pause)
            await self._try_all()
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _try_all(self) -> None:
        for path, owner in list(self._left.items()):
            try:
                await remove_tree(owner, path)
            except OSError as error:
                log.warning("%s could still not be removed: %s", path, error)
            else:
                del self._left[path]
