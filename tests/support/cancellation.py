"""Cancels a coroutine at every point at which it, or a task that it started, waits: at the first, then at the second, …

    async for run in cancelled_at_every_wait(lambda: Sandbox.create("ubuntu", connection_config=config)):
        assert not server.alive, run

The event loop and the sockets are real. What is counted are suspensions, so the number of runs is the number of points
that there are, whatever the machine's speed. The last run is the one that nobody cancelled.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import Any, Generic, TypeVar

import pytest

from opensandbox._concurrency.background import _Background, _Supervisor
from tests.support.waiting import async_until

T = TypeVar("T")


class When(Enum):
    """The two moments of a wait at which a cancellation does different things."""

    BEGUN = "the wait has begun: what is waited for is cancelled as well"
    OVER = "what was waited for has come, and the coroutine has not gone on yet"


@dataclass
class Run(Generic[T]):
    """How one run went. Its `repr` says where to look when an assertion about it fails."""

    wait: int
    when: When
    again: int | None
    cancelled: bool = False
    """Whether the cancellation reached it before it had ended."""
    result: T | None = None
    failure: BaseException | None = None


async def cancelled_at_every_wait(
    operation: Callable[[], Coroutine[Any, Any, T]], when: When = When.BEGUN, again: int | None = None
) -> AsyncIterator[Run[T]]:
    """Yield each run once it has ended together with every task that it started.

    With `again` it is cancelled once more, so many waits later. Fails on what the event loop complains about, such as a
    task that was destroyed, or an exception that nobody looked at.
    """
    loop = asyncio.get_running_loop()
    complaints: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        for wait in count(1):
            run = Run[T](wait, when, again)
            await _Canceller(run).drive(operation)
            if not run.cancelled:
                gc.collect()
            assert complaints == [], run
            yield run
            if not run.cancelled:
                return
    finally:
        loop.set_exception_handler(None)


async def give_up(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and check that it is cancelled."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def in_the_background() -> int:
    """Return how many tasks and threads of the package go on without their caller, or are hidden from the end of the program."""
    tasks = sum(len(supervisor._tasks) for supervisor in _Supervisor._of_loop.values())
    return tasks + len(_Background._running)


class _Canceller(Generic[T]):
    """Counts the waits of one run."""

    def __init__(self, run: Run[T]) -> None:
        self._run = run
        self._waits = 0
        self._tasks: list[asyncio.Task[Any]] = []

    async def drive(self, operation: Callable[[], Coroutine[Any, Any, T]]) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(self._new_task)
        try:
            task = loop.create_task(operation())
            await asyncio.wait({task})
            if not task.cancelled():
                self._run.failure = task.exception()
                self._run.result = task.result() if self._run.failure is None else None
            await async_until(lambda: all(started.done() for started in self._tasks))
        finally:
            loop.set_task_factory(None)
            self._tasks.clear()  # a task tells of a neglected exception when it is forgotten

    def _new_task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(_Counted(coroutine, self._on_wait), loop=loop, **options)
        self._tasks.append(task)
        return task

    def _on_wait(self, awaited: object) -> None:
        self._waits += 1
        run = self._run
        if self._waits not in (run.wait, run.wait + (run.again or 0)):
            return
        if run.when is When.OVER and isinstance(awaited, asyncio.Future):
            awaited.add_done_callback(self._cancel)  # runs before that which lets the task go on
        else:
            self._cancel()

    def _cancel(self, _: object = None) -> None:
        if self._tasks[0].cancel():
            self._run.cancelled = True


class _Counted(Coroutine[Any, Any, Any]):
    """A coroutine that tells when it waits, and for what (`None`: for its next turn)."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], on_wait: Callable[[object], None]) -> None:
        self._coroutine = coroutine
        self._on_wait = on_wait

    def send(self, value: Any) -> Any:
        return self._waiting_for(self._coroutine.send(value))

    def throw(self, *error: Any) -> Any:
        return self._waiting_for(self._coroutine.throw(*error))

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        raise NotImplementedError("made to be run by a task")

    def _waiting_for(self, awaited: Any) -> Any:
        self._on_wait(awaited)
        return awaited
