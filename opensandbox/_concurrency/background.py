"""What goes on when its caller gives up: requests that cannot be called off, and cleaning up. Pairs, as in `_concurrency`.

| `_async`               | `_sync`          |                                                                |
|------------------------|------------------|----------------------------------------------------------------|
| `async_finish_or_undo` | `finish_or_undo` | what cannot be called off, and what to do if it was not wanted |
| `async_in_background`  | `in_background`  | clean-up that outlives its caller                              |
| `async_supervised`     | `supervised`     | a block that may send clean-up to the background               |

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
from collections.abc import Coroutine
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from opensandbox._concurrency.outlasting import Outlasting
from opensandbox._concurrency.pairs import CANCELLED_ASYNC

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")

GAVE_UP: tuple[type[BaseException], ...] = (*CANCELLED_ASYNC, TimeoutError)
"""How a caller stops waiting."""

GRACE = 1.0
"""Seconds that tasks get to end after they were cancelled for having taken too long."""

PULSE = 0.2
"""Seconds after which the last wait of a program looks up: an interrupt that came just before it is noticed then."""

WAITING = "waiting for what goes on in the background"
GIVEN_UP = "clean-up took too long and was left unfinished"

_log = logging.getLogger("opensandbox")


async def async_finish_or_undo(
    operation: Callable[[], Coroutine[Any, Any, T]],
    undo: Callable[[T], Coroutine[Any, Any, None]] | None,
    seconds: float,
    *,
    brief: bool = False,
    patience: float | None = None,
    within: float | None = None,
    slow: tuple[float, Callable[[], None]] | None = None,
) -> T:
    """Return what `operation` does. It goes on when the caller is cancelled, and what it brings is handed to `undo`.

    The same happens after `within` seconds, which raises `TimeoutError`. `slow` is called once when its seconds are over. After `patience` seconds without its caller it is cancelled too; a thread cannot be. `brief` is for operations that are
    made often and soon over: the blocking twin leaves them unprotected.
    """
    task = _Supervisor.start(_outcome_of(operation), "opensandbox-operation", seconds)
    try:
        for pause, after in _waits(within, slow):
            await asyncio.wait({task}, timeout=pause)
            if task.done():
                break
            after()
    except GAVE_UP:

        async def settle() -> None:
            await asyncio.wait({task}, timeout=patience)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            if task.cancelled() or task.result().failure is not None:
                return  # nothing was made, and nobody is left to be told why
            if undo is not None:
                await undo(task.result().result())

        async_in_background(settle, seconds)
        raise
    return task.result().result()


class _Outcome(Generic[T]):
    """What became of an operation. A task that fails would be reported by the end of the loop, though its caller was told."""

    __slots__ = ("_value", "failure")

    def __init__(self, value: T | None, failure: Exception | None) -> None:
        self._value = value
        self.failure = failure

    def result(self) -> T:
        """Return the value, or raise the failure."""
        if self.failure is not None:
            raise self.failure
        value: Any = self._value
        return value  # type: ignore[no-any-return]


async def _outcome_of(operation: Callable[[], Coroutine[Any, Any, T]]) -> _Outcome[T]:
    try:
        return _Outcome(await operation(), None)
    except Exception as failure:
        return _Outcome(None, failure)


def _waits(
    within: float | None, slow: tuple[float, Callable[[], None]] | None
) -> Iterator[tuple[float | None, Callable[[], None]]]:
    """Yield how long to wait, and what to call when that was in vain; the last call raises `TimeoutError`."""

    def time_is_up() -> None:
        raise TimeoutError

    if slow is not None and (within is None or slow[0] < within):
        yield slow
        within = None if within is None else within - slow[0]
    yield within, time_is_up


def async_in_background(operation: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
    """Start `operation`, which goes on when its caller is cancelled. Failures are logged."""

    async def guarded() -> None:
        try:
            await operation()
        except Exception:
            _log.warning("clean-up failed", exc_info=True)

    _Supervisor.start(guarded(), "opensandbox-cleanup", seconds)


@contextlib.contextmanager
def async_supervised(seconds: float) -> Iterator[None]:
    """Let the end of the event loop wait for what goes to the background within this block when that is cancelled."""
    supervisor = _Supervisor.of_this_loop()
    supervisor.limits.append(seconds)
    try:
        yield
    finally:
        supervisor.end_one(seconds)


class _Supervisor:
    """Keeps an event loop from ending before what is in the background has.

    `asyncio.run` cancels all tasks, once, waits for those, and closes the loop. The tasks of the background outlast that
    (`_concurrency/outlasting.py`); this one bears witness to it, and sees that they take no longer than they may.
    """

    _of_loop: dict[asyncio.AbstractEventLoop, _Supervisor] = {}  # noqa: RUF012 - those at work, one a loop

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.limits: list[float] = []
        """For how long each of what it watches may hold up the end."""
        self._loop = loop
        self._tasks: dict[asyncio.Task[Any], Outlasting[Any]] = {}
        self._idle = loop.create_future()
        self._task = loop.create_task(_Begun(self._watch()), name="opensandbox-supervisor")

    @classmethod
    def of_this_loop(cls) -> _Supervisor:
        """Return the supervisor of the running loop. It lasts for as long as it watches something."""
        loop = asyncio.get_running_loop()
        supervisor = cls._of_loop.get(loop)
        if supervisor is None:
            supervisor = cls._of_loop[loop] = cls(loop)
        return supervisor

    @classmethod
    def start(cls, operation: Coroutine[Any, Any, T], name: str, seconds: float) -> asyncio.Task[T]:
        """Start a task that the end of the loop neither breaks off nor overlooks."""
        supervisor = cls.of_this_loop()
        outlasting = Outlasting(operation, supervisor._task.cancelling)
        task = supervisor._loop.create_task(outlasting, name=name)
        supervisor.limits.append(seconds)
        supervisor._tasks[task] = outlasting

        def forget(task: asyncio.Task[T]) -> None:
            supervisor._tasks.pop(task, None)
            supervisor.end_one(seconds)

        task.add_done_callback(forget)
        return task

    def end_one(self, seconds: float) -> None:
        """Strike off what had this limit; with nothing left to watch the supervisor goes."""
        self.limits.remove(seconds)
        if not self.limits:
            del self._of_loop[self._loop]
            if not self._idle.done():
                self._idle.set_result(None)

    async def _watch(self) -> None:
        ending: float | None = None
        with contextlib.ExitStack() as until_done:
            while not self._idle.done():
                left = None if ending is None else ending + max(self.limits, default=0.0) - monotonic()
                if left is not None and left <= 0:
                    await self._give_up()
                    return
                try:
                    await asyncio.wait({self._idle}, timeout=None if left is None else min(left, PULSE))
                except asyncio.CancelledError:
                    if ending is None:
                        ending = monotonic()
                        until_done.enter_context(_one_interrupt_ignored())
                        _log.debug(WAITING)

    async def _give_up(self) -> None:
        _log.warning(GIVEN_UP)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=GRACE)
        for task, outlasting in self._tasks.items():
            outlasting.abandon()
            task.cancel()


class _Begun(Coroutine[Any, Any, None]):
    """A coroutine that has taken its first step: a task that is cancelled before its first turn runs nothing at all."""

    def __init__(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._coroutine = coroutine
        self._steps = iter([coroutine.send(None)])

    def send(self, value: None) -> Any:
        for awaited in self._steps:
            return awaited
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        self._steps = iter(())
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, None]:
        return (yield from self._coroutine.__await__())


def finish_or_undo(
    operation: Callable[[], T],
    undo: Callable[[T], None] | None,
    seconds: float,
    *,
    brief: bool = False,
    patience: float | None = None,
    within: float | None = None,
    slow: tuple[float, Callable[[], None]] | None = None,
) -> T:
    """Return what `operation` does. It goes on in a thread when the main thread is interrupted, and what it brings is handed
    to `undo`. Other threads are not interrupted: there it is just called, as is a `brief` one, for which a thread costs too much.
    After `within` seconds a thread goes on too, and `TimeoutError` is raised. `slow` is called once when its seconds are over.
    """
    if within is None and (brief or threading.current_thread() is not threading.main_thread()):
        return operation()

    # Not an event: an interrupt that comes while one is waited for may leave its lock taken, and whoever sets it stuck.
    busy, undoing = threading.Lock(), threading.Lock()
    results: list[T] = []
    failures: list[BaseException] = []
    unwanted: list[bool] = []  # a list, because appending to it cannot be interrupted

    def work() -> None:
        try:
            results.append(operation())
        except BaseException as failure:
            failures.append(failure)
        busy.release()
        if unwanted:
            _guarded(undo_once)

    def undo_once() -> None:
        if undo is not None and results and undoing.acquire(blocking=False):
            undo(results[0])

    busy.acquire()
    try:
        _Thread.start(work, "opensandbox-operation", seconds)
        for pause, after in _waits(within, slow):
            if busy.acquire(timeout=-1 if pause is None else pause):
                break
            after()
    except BaseException:
        unwanted.append(True)
        if results:
            in_background(undo_once, seconds)
        raise
    if failures:
        raise failures[0]
    return results[0]


@contextlib.contextmanager
def supervised(seconds: float) -> Iterator[None]:
    """Do nothing: threads of the background may be started until the interpreter has ended."""
    yield


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
            # If it is alive that was an interrupt: `start` waits for the thread to begin.
            if not thread.is_alive():
                cls._running.pop(thread, None)
            raise

    @classmethod
    def _see_through(cls) -> None:
        begun: list[float] = []
        try:
            cls._wait_for_all(begun)
        except KeyboardInterrupt:
            if begun:
                raise
            cls._wait_for_all(begun)  # it came before one could be ignored, so it is the one

    @classmethod
    def _wait_for_all(cls, begun: list[float]) -> None:
        with _one_interrupt_ignored():
            begun.append(monotonic())
            _log.debug(WAITING)
            while running := {
                thread: seconds for thread, seconds in list(cls._running.items()) if thread.is_alive()
            }:
                left = begun[0] + max(running.values()) - monotonic()
                if left <= 0:
                    _log.warning(GIVEN_UP)
                    return
                next(iter(running)).join(min(left, PULSE))


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
