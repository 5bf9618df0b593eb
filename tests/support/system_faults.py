"""Faults of the system: one call to the kernel fails, or ends its process, in a program that runs. By strace.

An ordinary user needs `kernel.yama.ptrace_scope=0` for it.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

INJECTED = "(INJECTED)"
KILLED = "+++ killed by SIGKILL +++"


class Fault:
    """What became of a fault."""

    hit = False
    """After the block: whether there was such a call."""


@contextlib.contextmanager
def failing(process: int, call: str, nth: int, error: str) -> Iterator[Fault]:
    """Let the nth call of a kind, of the process's first thread and from now on, fail: `failing(pid, "/^mkdir", 2, "ENOSPC")`.

    `call` is what strace takes: a name, or a regular expression behind a slash, as names differ between architectures.
    """
    with _traced(process, call, f"error={error}:when={nth}", INJECTED) as fault:
        yield fault


@contextlib.contextmanager
def deadly(process: int, call: str, nth: int) -> Iterator[Fault]:
    """Let such a call end the process by SIGKILL."""
    with _traced(process, call, f"signal=KILL:when={nth}", KILLED) as fault:
        yield fault


def _has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


@contextlib.contextmanager
def _traced(process: int, call: str, what: str, mark: str) -> Iterator[Fault]:
    fault = Fault()
    with tempfile.NamedTemporaryFile("r") as told:
        options = ["-e", f"trace={call}", "-e", f"inject={call}:{what}", "-o", told.name]
        tracer = subprocess.Popen(["strace", "-p", str(process), *options], stderr=subprocess.PIPE, text=True)
        assert tracer.stderr is not None
        try:
            first = tracer.stderr.readline()
            assert "attached" in first, f"strace cannot attach: {first}"
            yield fault
        finally:
            tracer.send_signal(signal.SIGINT)  # it lets go, and ends
            tracer.communicate()
        # Of the end of a process strace may have no time left to tell.
        fault.hit = mark in Path(told.name).read_text() or _has_ended(process)
