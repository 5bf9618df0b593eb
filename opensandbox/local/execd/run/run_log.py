"""The output of a background run in an isolated session: read from a pipe, of which the last part is kept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opensandbox.local.execd.files.regular import open_regular
from opensandbox.local.execd.run.process import OutputPipe

if TYPE_CHECKING:
    from pathlib import Path

RETAINED = 16 << 20


class RunLog:
    """What went into a named pipe, by its position: the last `RETAINED` bytes, on disk.

    The pipe at `pipe` is what the run writes to. `finish` it when the run ends; what processes that outlive the run
    print later is read, so that they can go on, and forgotten.
    """

    def __init__(self, path: Path) -> None:
        self.pipe = path.with_suffix(".pipe")
        self.end = 0
        self._path = path
        os.mkfifo(self.pipe, 0o600)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._output = OutputPipe(
            self._keep, lambda: False, fd=os.open(self.pipe, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        )
        # A writer that stays: a pipe without any is at its end, also before the run has opened it.
        self._writer = os.open(self.pipe, os.O_WRONLY | os.O_CLOEXEC)
        self._output.resume()

    def read(self, cursor: int) -> tuple[bytes, int]:
        """Return what is kept from `cursor` on, and where to go on; what is lost before it is left out."""
        start = min(max(cursor, self.end - RETAINED), self.end)
        with open_regular(self._path) as file:
            parts = [os.pread(file.fileno(), size, at) for at, size in _places(start, self.end - start)]
        return b"".join(parts), self.end

    def finish(self) -> None:
        """Take what is in the pipe at this moment, and nothing more."""
        if self._writer >= 0:
            self._output.finish()
            os.close(self._writer)
            os.close(self._file)
            self._writer = self._file = -1
            self.pipe.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of everything; what still writes gets a broken pipe."""
        self.finish()
        self._output.close()

    def _keep(self, data: bytes) -> None:
        self.end += len(data)
        kept = memoryview(data)[-RETAINED:]
        done = 0
        for at, size in _places(self.end - len(kept), len(kept)):
            os.pwrite(self._file, kept[done : done + size], at)
            done += size


def _places(start: int, size: int) -> list[tuple[int, int]]:
    """Where bytes lie in a file that begins anew after `RETAINED`: offsets and sizes of at most two parts."""
    at = start % RETAINED
    first = min(size, RETAINED - at)
    return [(at, first), (0, size - first)] if size > first else [(at, first)]
