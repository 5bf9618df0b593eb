"""Stopping a sandbox by signals, for machines where the server may not create control groups."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import NamedTuple


class _Process(NamedTuple):
    state: str
    parent: int


def processes_of(init_pid: int) -> list[int]:
    """The sandbox's first process and all its descendants, parents before children, also in nested pid namespaces.

    Nobody can leave: what loses its parent becomes a child of the first process of its namespace.
    """
    parents = {pid: process.parent for pid in _all_pids() if (process := _look_at(pid))}
    family = generation = [init_pid]
    while generation := [pid for pid, parent in parents.items() if parent in generation]:
        family = family + generation
    return family


async def stop_all(init_pid: int, *, timeout: float) -> set[int]:
    """Stop every process inside with SIGSTOP; returns those that this call stopped.

    A process may start another while we look, so this repeats until nothing runs any more. Raises TimeoutError
    when processes keep running after `timeout` seconds; those stopped so far are continued.
    """
    stopped: set[int] = set()
    try:
        async with asyncio.timeout(timeout):
            while running := [pid for pid in processes_of(init_pid) if _runs(pid)]:
                for pid in running:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
                        stopped.add(pid)
                await asyncio.sleep(0.001)
    except BaseException:
        continue_all(init_pid, stopped)
        raise
    return stopped


def continue_all(init_pid: int, stopped: set[int]) -> None:
    """Continue what `stop_all` stopped, children before parents, so that no shell reports a stopped job."""
    for pid in reversed(processes_of(init_pid)):
        if pid in stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _look_at(pid: int) -> _Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            state, parent = file.read().rpartition(b")")[2].split()[:2]
    except OSError:
        return None
    return _Process(state.decode(), int(parent))


def _runs(pid: int) -> bool:
    process = _look_at(pid)
    return process is not None and process.state not in "TtZX"
