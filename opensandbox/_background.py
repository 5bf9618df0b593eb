"""What goes on when its caller gives up: requests that cannot be called off, and cleaning up. Pairs, as in `_concurrency`.

| `_async`               | `_sync`          |                                                                |
|------------------------|------------------|----------------------------------------------------------------|
| `async_finish_or_undo` | `finish_or_undo` | what cannot be called off, and what to do if it was not wanted |
| `async_in_background`  | `in_background`  | clean-up that outlives its caller                              |

Whoever is cancelled (the blocking twin: interrupted by Ctrl-C, or by a signal handler that raises) feels it at once. What
goes on is waited for at the end of the event loop (`asyncio.run`, or whatever else calls `loop.shutdown_asyncgens`) or of
the interpreter, for `seconds` at the most. A Ctrl-C during that wait is only logged, the second one ends it.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from opensandbox._concurrency import CANCELLED_ASYNC

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator

T = TypeVar("T")

GRACE = 1.0
"""Seconds that tasks get to end after they were cancelled for having taken too long."""

_log = logging.getLogger("opensandbox")


async def async_finish_or_undo(
    operation: Callable[[], Coroutine[Any, Any, T]],
    undo: Callable[[T], Coroutine[Any, Any, None]] | None,
    seconds: float,
    *,
    brief: bool = False,
) -> T:
    """Return what `operation` does. It goes on when the caller is cancelled, and what it brings is handed to `undo`.

    `brief` is for operations that are made often and soon over: the blocking twin leaves them unprotected.
    """
    task = _Unlisted.start(operation(), "opensandbox-operation", seconds)
    try:
        await asyncio.wait({task})
    except CANCELLED_ASYNC:

        async def settle() -> None:
            await asyncio.wait({task})
            if task.cancelled() or task.exception() is not None:
                return  # nothing was made, and nobody is left to be told why
            if undo is not None:
                await undo(task.result())

        async_in_background(settle, seconds)
        raise
    return task.result()


def async_in_background(operation: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
    """Start `operation`, which goes on when its caller is cancelled. Failures are logged."""

    async def guarded() -> None:
        try:
            await operation()
        except Exception:
            _log.warning("clean-up failed", exc_info=True)

    _Unlisted.start(guarded(), "opensandbox-cleanup", seconds)


class _Unlisted:
    """The tasks of one event loop that `asyncio.run` must neither cancel nor overlook.

    `asyncio.run` cancels every task that it finds, then closes asynchronous generators, then the loop. So these tasks are
    taken off its list, and as long as there are any a generator is open whose closing waits for them.
    """

    _of_loop: dict[asyncio.AbstractEventLoop, _Unlisted] = {}  # noqa: RUF012 - one entry a loop, while it has such tasks

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: dict[asyncio.Task[Any], float] = {}
        self._ending = False
        self._sentinel = self._wait_for_tasks()
        _run_at_once(self._sentinel.asend(None))

    @classmethod
    def start(cls, operation: Coroutine[Any, Any, T], name: str, seconds: float) -> asyncio.Task[T]:
        """Start a task that the end of the loop waits for, for `seconds`."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(operation, name=name)
        asyncio._unregister_task(task)
        if not task.done():
            unlisted = cls._of_loop.get(loop)
            if unlisted is None:
                unlisted = cls._of_loop[loop] = cls(loop)
            unlisted._tasks[task] = seconds
            task.add_done_callback(unlisted._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        del self._tasks[task]
        if not self._tasks:
            self._of_loop.pop(self._loop, None)
            if not self._ending:
                _run_at_once(self._sentinel.aclose())

    async def _wait_for_tasks(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            self._ending = True
            if self._tasks:
                with _one_interrupt_ignored():
                    await self._see_through()

    async def _see_through(self) -> None:
        begun = monotonic()
        while (tasks := dict(self._tasks)) and (left := begun + max(tasks.values()) - monotonic()) > 0:
            await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if self._tasks:
            _log.warning("clean-up took too long and was left unfinished")
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(list(self._tasks), timeout=GRACE)


def _run_at_once(step: Any) -> None:
    """Take a step of an asynchronous generator that waits for nothing."""
    with contextlib.suppress(StopIteration):
        step.send(None)


def finish_or_undo(
    operation: Callable[[], T], undo: Callable[[T], None] | None, seconds: float, *, brief: bool = False
) -> T:
    """Return what `operation` does. It goes on in a thread when the main thread is interrupted, and what it brings is handed
    to `undo`. Other threads are not interrupted: there it is just called, as is a `brief` one, for which a thread costs too much.
    """
    if brief or threading.current_thread() is not threading.main_thread():
        return operation()

    done, undoing = threading.Event(), threading.Lock()
    results: list[T] = []
    failures: list[BaseException] = []
    unwanted: list[bool] = []  # a list, because appending to it cannot be interrupted

    def work() -> None:
        try:
            results.append(operation())
        except BaseException as failure:
            failures.append(failure)
        done.set()
        if unwanted:
            _guarded(undo_once)

    def undo_once() -> None:
        if undo is not None and results and undoing.acquire(blocking=False):
            undo(results[0])

    try:
        _Thread.start(work, "opensandbox-operation", seconds)
        done.wait()
    except BaseException:
        unwanted.append(True)
        if done.is_set():
            in_background(undo_once, seconds)
        raise
    if failures:
        raise failures[0]
    return results[0]


def in_background(operation: Callable[[], None], seconds: float) -> None:
    """Start `operation`, which goes on when its caller is interrupted. Failures are logged."""
    _Thread.start(lambda: _guarded(operation), "opensandbox-cleanup", seconds)


def _guarded(operation: Callable[[], None]) -> None:
    try:
        operation()
    except Exception:
        _log.warning("clean-up failed", exc_info=True)


class _Thread:
    """The threads that the interpreter must not leave behind. Daemons, because it waits for others without limit."""

    _running: dict[threading.Thread, float] = {}  # noqa: RUF012 - of the process
    _hooked: list[bool] = []  # noqa: RUF012

    @classmethod
    def start(cls, work: Callable[[], None], name: str, seconds: float) -> None:
        """Start a thread that the end of the interpreter waits for, for `seconds`."""
        context = contextvars.copy_context()

        def run() -> None:
            try:
                context.run(work)
            finally:
                cls._running.pop(threading.current_thread(), None)

        thread = threading.Thread(target=run, name=name, daemon=True)
        cls._running[thread] = seconds
        if not cls._hooked:
            cls._hooked.append(True)
            # Unlike `atexit` it is also called in children of `multiprocessing`. Once the end has begun it is too late.
            with contextlib.suppress(RuntimeError):
                threading._register_atexit(cls._see_through)  # type: ignore[attr-defined]
        try:
            thread.start()
        except RuntimeError:
            del cls._running[thread]
            raise

    @classmethod
    def _see_through(cls) -> None:
        begun = monotonic()
        with _one_interrupt_ignored():
            while running := {
                thread: seconds for thread, seconds in list(cls._running.items()) if thread.is_alive()
            }:
                left = begun + max(running.values()) - monotonic()
                if left <= 0:
                    _log.warning("clean-up took too long and was left unfinished")
                    return
                next(iter(running)).join(left)


@contextlib.contextmanager
def _one_interrupt_ignored() -> Iterator[None]:
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or previous is None:
        yield
        return

    def note(number: int, frame: object) -> None:
        signal.signal(signal.SIGINT, previous)
        _log.warning("still removing what is not wanted any more; interrupt again to leave it behind")

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is note:
            signal.signal(signal.SIGINT, previous)
