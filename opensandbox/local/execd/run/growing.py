"""Files that programs write their output to, of which the disk holds only the last part.

The program has the file itself, so that it never waits for the daemon. From time to time what is far behind is cut out of the file
(a hole): positions stay what they were, and the space is free again.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RETAINED = 64 << 20
"""Bytes of each file that can be read back."""
# Twice as much stays on disk, so that whoever reads meanwhile reads no hole.
_KEPT = 2 * RETAINED
_SLACK = 16 << 20
_INTERVAL = 1.0
_PUNCH_HOLE_AND_KEEP_SIZE = 3
_BLOCK = 4096


# A program whose leader has ended may still print: it is given up when nothing comes for so many looks.
_QUIET = 60


@dataclass(slots=True, eq=False)
class _File:
    path: Path
    running: Callable[[], bool]
    size: int = 0
    quiet: int = 0
    hole: int = 0


class GrowingFiles:
    """Watches files for as long as they may grow; `close` ends that."""

    def __init__(self) -> None:
        self._files: set[_File] = set()
        self._task: asyncio.Task[None] | None = None

    def watch(self, path: Path, running: Callable[[], bool]) -> None:
        """Keep the disk space of a file bounded, until it is removed, or `running` says no and nothing comes any more."""
        self._files.add(_File(path, running))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        while self._files:
            await asyncio.sleep(_INTERVAL)
            self._files = {file for file in self._files if _may_grow(file)}


def _may_grow(file: _File) -> bool:
    """Cut the file where it is due; False where nothing is to be expected of it."""
    try:
        size = file.path.lstat().st_size
        if size - file.hole > _KEPT + _SLACK:
            _cut(file, size - _KEPT)
    except OSError:
        return False
    file.quiet = file.quiet + 1 if size == file.size else 0
    file.size = size
    return file.running() or file.quiet < _QUIET


def _cut(file: _File, end: int) -> None:
    """Free the space of a file up to `end`. Raises OSError."""
    import ctypes

    end -= end % _BLOCK
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(file.path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        place, length = ctypes.c_int64(file.hole), ctypes.c_int64(end - file.hole)
        if libc.fallocate(descriptor, _PUNCH_HOLE_AND_KEEP_SIZE, place, length) != 0:
            raise OSError(ctypes.get_errno(), "cannot free the space", str(file.path))
        file.hole = end
    finally:
        os.close(descriptor)
