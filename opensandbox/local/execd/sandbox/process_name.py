"""What the daemon is called in lists of processes: nothing that a program would look for to end its own."""

from __future__ import annotations

import contextlib

NAME = b"sandbox-init"


def take() -> None:
    """Take the name, for as long as this process lives. Where the kernel does not allow it, the daemon keeps its own.

    The command line that others see lies in the memory of the process, between two places that `/proc/self/stat` names.
    """
    with contextlib.suppress(OSError):
        with open("/proc/self/comm", "wb") as comm:
            comm.write(NAME)
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        begin, end = int(fields[45]), int(fields[46])
        with open("/proc/self/mem", "r+b", buffering=0) as memory:
            memory.seek(begin)
            memory.write(NAME[: end - begin].ljust(end - begin, b"\0"))
