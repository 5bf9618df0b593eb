"""Lifecycle hooks: what a sandbox runs before its main program, and again and again while it lives.

The programs run inside; this is the clock outside that starts them. Runs of one hook never overlap, and while a sandbox is
paused none begins: what falls due meanwhile is left out.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from opensandbox.local.record import RUNNING, now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from opensandbox.local.record import SandboxRecord

DEFAULT_TIMEOUT = 60

_EVERY = re.compile(r"@every ([1-9][0-9]{0,8})s")
_DESCRIPTORS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# The wall clock may jump, while sleeping counts running time: look again at least this often.
_LONGEST_SLEEP = 30.0


@dataclass(frozen=True, slots=True)
class Hook:
    """A program as a list of arguments, and its time limit in seconds."""

    command: tuple[str, ...]
    timeout: int = DEFAULT_TIMEOUT

    def question(self) -> dict[str, Any]:
        """The hook as the daemon inside is told."""
        return {"command": list(self.command), "timeout": self.timeout}


@dataclass(frozen=True, slots=True)
class PeriodicHook:
    """A hook with a name and a schedule that `instants` can read."""

    name: str
    schedule: str
    hook: Hook


@dataclass(frozen=True, slots=True)
class Hooks:
    """All hooks of one sandbox."""

    pre_start: Hook | None = None
    periodic: tuple[PeriodicHook, ...] = ()


class Inside(Protocol):
    """Whoever runs a program inside the sandbox."""

    async def run_hook(self, question: Mapping[str, Any]) -> str | None:
        """Run it; None, or what went wrong."""
        ...


def instants(schedule: str, start: datetime) -> Iterator[datetime]:
    """The instants after `start` at which something is due; cron fields are read in UTC.

    Raises ValueError, with the reason, for a text that is no schedule.
    """
    from cronsim import CronSim, CronSimError

    text = schedule.strip()
    if every := _EVERY.fullmatch(text):
        return _steps(start, timedelta(seconds=int(every[1])))
    fields = _DESCRIPTORS.get(text, text)
    if len(fields.split()) != 5:
        known = ", ".join(_DESCRIPTORS)
        raise ValueError(f"{schedule!r} is neither five cron fields, nor '@every <n>s', nor one of {known}")
    try:
        return CronSim(fields, start.astimezone(UTC))
    except CronSimError as error:
        raise ValueError(f"{schedule!r} cannot be read as a schedule: {error}") from error


def _steps(start: datetime, step: timedelta) -> Iterator[datetime]:
    while True:
        start += step
        yield start


class HookClock:
    """Starts the periodic hooks of one sandbox when they are due, until `stop`."""

    def __init__(self, hooks: Hooks, record: SandboxRecord, inside: Inside) -> None:
        self._record = record
        self._inside = inside
        self._tasks = [asyncio.create_task(self._keep(periodic)) for periodic in hooks.periodic]

    async def stop(self) -> None:
        """Start nothing any more; what runs inside is not waited for."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, periodic: PeriodicHook) -> None:
        for due in instants(periodic.schedule, now()):
            if due < now():
                continue  # it fell due while the former run lasted
            while (left := (due - now()).total_seconds()) > 0:
                await asyncio.sleep(min(left, _LONGEST_SLEEP))
            if self._record.state == RUNNING:
                problem = await self._inside.run_hook(periodic.hook.question())
                self._record.note("Hook", f"{periodic.name}: {problem or 'done'}")
