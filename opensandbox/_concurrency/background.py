"""What goes on when its caller gives up: requests that cannot be called off, and cleaning up. Pairs, as in `_concurrency`.

| `_async`               | `_sync`          |                                                                |
|------------------------|------------------|----------------------------------------------------------------|
| `async_finish_or_undo` | `finish_or_undo` | what cannot be called off, and what to do if it was not wanted |
| `async_in_background`  | `in_background`  | clean-up that outlives its caller                              |
| `async_undisturbed`    | `undisturbed`    | what changes a shared state in many steps                      |
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
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextvars import ContextVar
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from opensandbox._concurrency.loops import running_loop
from opensandbox._concurrency.outlasting import Outlasting
from opensandbox._concurrency.threads import Event, begin, is_main

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")

GRACE = 1.0
"""Seconds that tasks get to end after they were cancelled for having taken too long."""

PULSE = 0.2
"""Seconds after which the last wait of a program looks up: an interrupt that came just before it is noticed then."""

SLOW = 1.5
"""Seconds after which a program that does not end says why."""

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
    running_loop()  # before there is a coroutine that nobody would await
    brought: list[T] = []
    task = _Supervisor.start(_outcome_of(operation, brought), _named(operation), seconds)
    try:
        for pause, after in _waits(within, slow):
            await asyncio.wait({task}, timeout=pause)
            if task.done():
                failure = task.result()
                break
            after()
        else:
            raise AssertionError("the last wait has no end but that of the task")
    except BaseException:

        async def settle() -> None:
            await asyncio.wait({task}, timeout=patience)
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # nobody is left to be told
            if undo is not None and brought:
                await undo(brought[0])

        async_in_background(settle, seconds)
        raise
    # From here on nothing is called: no handler runs before the caller has what is returned.
    if failure is not None:
        raise failure
    return brought[0]


async def async_undisturbed(
    operation: Callable[[], Coroutine[Any, Any, T]],
    undo: Callable[[T], Coroutine[Any, Any, None]] | None,
    seconds: float,
    *,
    give_up: Callable[[], None] | None = None,
) -> T:
    """Return what `operation` does, which cleans up itself when it is cancelled: that comes at its waits only."""
    return await operation()


async def _outcome_of(operation: Callable[[], Coroutine[Any, Any, T]], brought: list[T]) -> Exception | None:
    """Put what `operation` brings into a list, or return how it failed: the end of the loop would report a task that fails, though its
    caller was told. Appending is one call of a C function: what is in the list is not lost to an exception of a signal handler.
    """
    try:
        brought.append(await operation())
    except Exception as failure:
        return failure
    return None


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


def from_a_handler(failure: BaseException) -> bool:
    """Tell whether the exception of a signal handler broke a call off, in the middle of anything. Cancellations come at waits only."""
    return not isinstance(failure, Exception | asyncio.CancelledError)


def async_in_background(operation: Callable[[], Coroutine[Any, Any, None]], seconds: float) -> None:
    """Start `operation`, which goes on when its caller is cancelled. Failures are logged."""

    async def guarded() -> None:
        try:
            await operation()
        except Exception:
            _log.warning("clean-up failed", exc_info=True)

    running_loop()
    _Supervisor.start(guarded(), _named(operation), seconds)


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
        loop = running_loop()
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
        reported = False
        with contextlib.ExitStack() as until_done:
            while not self._idle.done():
                left = None if ending is None else ending + max(self.limits, default=0.0) - monotonic()
                if left is not None and left <= 0:
                    await self._give_up()
                    return
                if ending is not None and not reported and monotonic() - ending >= SLOW:
                    reported = True
                    _tell_of_a_slow_end(max(self.limits), [task.get_name() for task in self._tasks])
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
    if within is None and (brief or not is_main()):
        return operation()
    call = _Protected(operation, undo, seconds)
    return call.wait(_waits(within, slow))


def undisturbed(
    operation: Callable[[], T],
    undo: Callable[[T], None] | None,
    seconds: float,
    *,
    give_up: Callable[[], None] | None = None,
) -> T:
    """Return what `operation` does, which nothing breaks off in the middle: a thread does it for the main one. When that is
    interrupted, `give_up` may hurry the thread on, and what it brings is handed to `undo`.
    """
    if not is_main():
        outer = _Protected.around.get()
        if give_up is not None and outer is not None:
            outer.when_unwanted(give_up)
        return operation()
    call = _Protected(operation, undo, seconds)
    if give_up is not None:
        call.when_unwanted(give_up)
    return call.wait(_waits(None, None))


class _Protected(Generic[T]):
    """An operation in a thread, and its caller, who may stop waiting at any moment.

    What the operation brings belongs to the caller, or is undone, never both: what says which is taken out of `_tickets` once.
    """

    around: ContextVar[_Protected[Any] | None] = ContextVar("around", default=None)
    """The one whose operation calls this."""

    def __init__(self, operation: Callable[[], T], undo: Callable[[T], None] | None, seconds: float) -> None:
        # Not empty once the caller has given up. A list, because appending to it cannot be interrupted.
        self._unwanted: list[bool] = []
        self._give_ups: list[Callable[[], None]] = []
        self._operation = operation
        self._undo = undo
        self._seconds = seconds
        self._ended = Event()
        self._tickets = [True]
        self._results: list[T] = []
        self._failures: list[BaseException] = []

    def when_unwanted(self, give_up: Callable[[], None]) -> None:
        """Have this called when the caller has given up."""
        self._give_ups.append(give_up)
        if self._unwanted:
            give_up()

    def wait(self, waits: Iterator[tuple[float | None, Callable[[], None]]]) -> T:
        """Do the operation and return what it brings."""
        try:
            _Background.start(self._work, self._seconds, _named(self._operation))
            for pause, after in waits:
                if self._ended.wait_for(pause):
                    break
                after()
        except BaseException:
            self._unwanted.append(True)
            if self._results or self._give_ups:
                in_background(self._let_go, self._seconds)
            raise
        # From here on nothing is called: no handler runs before the caller has what is returned.
        if self._failures:
            raise self._failures[0]
        return self._results[0]

    def _work(self) -> None:
        self.around.set(self)
        try:
            self._results.append(self._operation())
        except BaseException as failure:
            self._failures.append(failure)
        self._ended.set()
        if self._unwanted:
            self._undo_once()

    def _let_go(self) -> None:
        for give_up in self._give_ups:
            give_up()
        self._undo_once()

    def _undo_once(self) -> None:
        undo = self._undo
        if undo is None or not self._results:
            return
        try:
            self._tickets.pop()
        except IndexError:
            return
        _guarded(lambda: undo(self._results[0]))


@contextlib.contextmanager
def supervised(seconds: float) -> Iterator[None]:
    """Do nothing: threads of the background may be started until the interpreter has ended."""
    yield


def in_background(operation: Callable[[], None], seconds: float) -> None:
    """Start `operation`, which goes on when its caller is interrupted. Failures are logged."""
    _Background.start(lambda: _guarded(operation), seconds, _named(operation))


def _guarded(operation: Callable[[], None]) -> None:
    try:
        operation()
    except Exception:
        _log.warning("clean-up failed", exc_info=True)


def _named(operation: Callable[..., object]) -> str:
    """Return what to call an operation when the end of the program waits for it."""
    operation = getattr(operation, "func", operation)
    return getattr(operation, "__qualname__", type(operation).__qualname__).replace(".<locals>", "")


class _Background:
    """What the interpreter must not leave behind. In daemon threads, because it waits for others without limit."""

    _running: dict[Event, tuple[float, str]] = {}  # noqa: RUF012 - of the process
    _hooked: list[bool] = []  # noqa: RUF012

    @classmethod
    def start(cls, work: Callable[[], None], seconds: float, name: str) -> None:
        """Start work that the end of the interpreter waits for, for `seconds`."""
        context = contextvars.copy_context()
        # Two entries, each taken out by the one who made it: an exception may come when the thread has begun, but not yet in it.
        begun, ended = Event(), Event()

        def run() -> None:
            cls._running[ended] = (seconds, name)
            cls._running.pop(begun, None)
            try:
                context.run(work)
            finally:
                cls._running.pop(ended, None)
                ended.set()

        if not cls._hooked:
            cls._hooked.append(True)
            # Unlike `atexit` it is also called in children of `multiprocessing`. Once the end has begun it is too late.
            with contextlib.suppress(RuntimeError):
                threading._register_atexit(cls._see_through)  # type: ignore[attr-defined]
        try:
            cls._running[begun] = (seconds, name)
            begin(run, "opensandbox-background")
        except BaseException:
            cls._running.pop(begun, None)  # if it has begun all the same, its own entry stays
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
            reported = False
            while running := list(cls._running.items()):
                waited = monotonic() - begun[0]
                limit = max(seconds for _, (seconds, _) in running)
                if waited >= limit:
                    _log.warning(GIVEN_UP)
                    return
                if waited >= SLOW and not reported:
                    reported = True
                    _tell_of_a_slow_end(limit, [name for _, (_, name) in running])
                running[0][0].wait_for(min(limit - waited, PULSE))


def _tell_of_a_slow_end(limit: float, names: list[str]) -> None:
    """Say what keeps a program from ending. Not by logging, which few programs show at their end."""
    what = ", ".join(sorted(set(names)))
    if sys.stderr is not None:
        sys.stderr.write(
            f"opensandbox: the program ends when this is over, in {limit:g} s at the latest (Ctrl-C: now): {what}\n"
        )


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


if hasattr(os, "register_at_fork"):
    # The threads of the parent are not in a child of it, which waits for none.
    os.register_at_fork(after_in_child=_Background._running.clear)
