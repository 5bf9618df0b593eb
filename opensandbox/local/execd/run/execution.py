"""What one run of a program comes to: how it ended, and the events that tell it."""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensandbox.local.execd.run import events
from opensandbox.local.execd.sandbox.metrics import Gauge

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from opensandbox.local.execd.run.process import Process

OUT_OF_MEMORY = "out of memory, the memory limit of the sandbox was reached"
KILLED_STATUS = 128 + signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run. `exit_code` is -1 after a signal; then `error` says which, and whether a timeout sent it."""

    exit_code: int
    error: str
    milliseconds: int


class MemoryKills:
    """Whether the kernel has killed processes for the memory limit since this was made."""

    def __init__(self) -> None:
        self._before = Gauge().memory_kills()

    def happened(self) -> bool:
        """Whether there were any."""
        return Gauge().memory_kills() > self._before


async def wait_for_end(process: Process, timeout: float | None) -> Outcome:
    """Wait until the process ends; after `timeout` seconds its whole group is killed."""
    started = time.monotonic()
    kills = MemoryKills()
    done, _ = await asyncio.wait({process.exited}, timeout=timeout)
    if not done:
        process.signal_group(signal.SIGKILL)
    code = await process.exited
    milliseconds = int((time.monotonic() - started) * 1000)
    # A shell says by its status that a program of its was killed.
    memory = done and code in (-signal.SIGKILL, KILLED_STATUS) and kills.happened()
    if code >= 0:
        return Outcome(code, f"exit status {code}: {OUT_OF_MEMORY}" if memory else "", milliseconds)
    told = _signal_text(-code, None if done else timeout)
    return Outcome(-1, f"{told}: {OUT_OF_MEMORY}" if memory else told, milliseconds)


def end_event(outcome: Outcome) -> str:
    """Encode the last event of a command or shell session run."""
    if outcome.exit_code == 0:
        return events.complete_event(outcome.milliseconds)
    reason = outcome.error or f"exit status {outcome.exit_code}"
    return events.error_event("CommandExecError", str(outcome.exit_code), [reason])


def start_failure_event(error: OSError) -> str:
    """Encode the last event of a run whose program could not be started."""
    reason = start_failure(error)
    return events.error_event("CommandExecError", reason, [reason])


def start_failure(error: OSError) -> str:
    """Say why a program could not be started."""
    where = f": {error.filename}" if error.filename else ""
    return f"command could not be started: {error.strerror or error}{where}"


def line_sink(buffer: events.EventBuffer, kind: str) -> Callable[[bytes], None]:
    """Return what turns output into events; an empty piece ends the last line."""
    splitter = events.LineSplitter()

    def take(data: bytes) -> None:
        lines = splitter.feed(data, final=not data)
        buffer.put_lines(kind, lines, open_end=splitter.open_end)

    return take


class Background:
    """Tasks that outlive the request they began with."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Run `work` and keep it from being collected."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        """Stop all of them."""
        for task in self._tasks:
            task.cancel()


def _signal_text(number: int, timeout: float | None) -> str:
    try:
        name = f"signal {number}, {signal.Signals(number).name}"
    except ValueError:
        name = f"signal {number}"
    if timeout is not None:
        return f"killed after the timeout of {timeout * 1000:.0f} ms ({name})"
    return f"ended by {name}"
