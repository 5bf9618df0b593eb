"""What the daemon is called in lists of processes: nothing that a program would look for to end its own."""

from __future__ import annotations

import contextlib
import os

NAME = b"sandbox-init"

_started_with: list[str] | None = None


def command_line() -> list[str]:
    """Return the words that this process was started with, whatever it is called now."""
    if _started_with is not None:
        return _started_with
    with open("/proc/self/cmdline", "rb") as words:
        return [os.fsdecode(word) for word in words.read().split(b"\0")[:-1]]


def take() -> None:
    """Take the name, for as long as this process lives. Where the kernel does not allow it, the daemon keeps its own.

    The command line that others see lies in the memory of the process, between two places that `/proc/self/stat` names.
    """
    global _started_with
    _started_with = command_line()
    with contextlib.suppress(OSError):
        with open("/proc/self/comm", "wb") as comm:
            comm.write(NAME)
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        begin, end = int(fields[45]), int(fields[46])
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(begin)
            memory.write(NAME[: end - begin].ljust(end - begin, b"\0"))
