"""Directories that could not be removed when their time had come: a full table of files, say, is a matter of moments."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from opensandbox.local.runtime.storage import remove_tree

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox.local.runtime.storage import Owner

log = logging.getLogger("opensandbox.local.runtime")

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 60.0


class Leavings:
    """Removes directories, and goes on trying where that fails, until `close`.

    What is left then is removed by the next server to start in the same state directory.
    """

    def __init__(self) -> None:
        self._left: dict[Path, Owner] = {}
        self._retry: asyncio.Task[None] | None = None

    async def remove(self, owner: Owner, path: Path) -> None:
        """Remove `path` and everything below it, now or later. Harmless when it does not exist."""
        try:
            await remove_tree(owner, path)
        except OSError as error:
            log.warning("%s could not be removed, which will be tried again: %s", path, error)
            self._left[path] = owner
            if self._retry is None or self._retry.done():
                self._retry = asyncio.create_task(self._keep_trying())

    async def close(self) -> None:
        """Try a last time."""
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
