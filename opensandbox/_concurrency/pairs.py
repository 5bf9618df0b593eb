"""The only module that knows both asyncio and threading: pairs of one meaning and one signature.

`_async` uses the first name of a pair and `scripts/unasync.py` writes the second into `_sync`:

| `_async`                 | `_sync`            |                                                          |
|--------------------------|--------------------|----------------------------------------------------------|
| `AsyncLock`              | `Lock`             | `async with lock:`; not reentrant                         |
| `AsyncSemaphore`         | `Semaphore`        | `async with slots:`                                       |
| `AsyncCondition`         | `Condition`        | wait for a predicate, with a timeout                      |
| `AsyncEvent`             | `Event`            | wait for a flag, with a timeout                           |
| `AsyncWorker`            | `Worker`           | a named background task or daemon thread, to be joined    |
| `async_sleep`            | `sleep`            |                                                          |
| `async_with_deadline`    | `with_deadline`    | a bound on a block; threads cannot have one               |
| `async_gather_bounded`   | `gather_bounded`   | map in parallel; the first failure stops the rest         |
| `async_gather_outcomes`  | `gather_outcomes`  | map in parallel; failures are results                     |
| `async_together`         | `together`         | two calls at once; failures are results                   |
| `async_blocking_call`    | `blocking_call`    | a function that blocks: it gets a thread, or is just called |
| `async_abandonable_call` | `abandonable_call` | one that may block without end                           |
| `async_told`             | `told`             | a function of the caller's, which may be a coroutine function where that can be awaited |
| `async_receive`          | `receive`          | the next message of a WebSocket, with a timeout           |
| `async_scope_key`        | `scope_key`        | where sockets may be shared: an event loop, a process     |
| `async_network_backend`  | `network_backend`  | what opens connections for httpcore                       |
| `CANCELLED_ASYNC`        | `CANCELLED`        | what to catch to clean up after a caller who gave up      |
| `AsyncRedis`             | `Redis`            | the client types, for annotations only                    |

`monotonic`, and `Mutex` for a few lines that wait for nothing, are the same on both sides.

All times are seconds. A timeout of None waits without end.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import inspect
import logging
import os
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opensandbox._concurrency.forks import mutex

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    import httpcore
    from redis import Redis as Redis
    from redis.asyncio import Redis as AsyncRedis  # noqa: F401

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

monotonic = time.monotonic

# `except CANCELLED_ASYNC: …; raise`. An interrupt can reach a coroutine too, where no `asyncio.Runner` translates it.
CANCELLED_ASYNC: tuple[type[BaseException], ...] = (asyncio.CancelledError, KeyboardInterrupt, SystemExit)
CANCELLED: tuple[type[BaseException], ...] = (KeyboardInterrupt, SystemExit)

Mutex = mutex

AsyncLock = asyncio.Lock
Lock = threading.Lock

AsyncSemaphore = asyncio.Semaphore
Semaphore = threading.Semaphore

_log = logging.getLogger("opensandbox")


class AsyncCondition:
    """A condition whose waiters say what they wait for and for how long.

    Conditions may share a lock. `wait_for`, `notify` and `notify_all` are called with it held.
    """

    def __init__(self, lock: AsyncLock | None = None) -> None:
        self._condition = asyncio.Condition(lock)

    async def __aenter__(self) -> None:
        await self._condition.acquire()

    async def __aexit__(self, *exc_info: object) -> None:
        self._condition.release()

    async def wait_for(self, predicate: Callable[[], object], timeout: float | None) -> bool:
        """Return whether `predicate` came true; it is asked with the lock held, once more when time is up."""
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    await self._wait()
        except TimeoutError:
            pass
        return bool(predicate())

    async def _wait(self) -> None:
        try:
            await self._condition.wait()
        except asyncio.CancelledError:
            # Before Python 3.13 a waiter that is notified and cancelled at once keeps the wake-up: hand it on.
            self._condition.notify()
            raise

    def notify(self, n: int = 1) -> None:
        """Wake up to `n` waiters."""
        self._condition.notify(n)

    def notify_all(self) -> None:
        """Wake all waiters."""
        self._condition.notify_all()


class Condition:
    """The blocking twin of `AsyncCondition`."""

    def __init__(self, lock: threading.Lock | None = None) -> None:
        # Not the reentrant default: both twins deadlock on the same mistakes.
        self._condition = threading.Condition(lock or threading.Lock())

    def __enter__(self) -> None:
        self._condition.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self._condition.release()

    def wait_for(self, predicate: Callable[[], object], timeout: float | None) -> bool:
        """Return whether `predicate` came true; it is asked with the lock held, once more when time is up."""
        return bool(self._condition.wait_for(predicate, timeout))

    def notify(self, n: int = 1) -> None:
        """Wake up to `n` waiters."""
        self._condition.notify(n)

    def notify_all(self) -> None:
        """Wake all waiters."""
        self._condition.notify_all()


class AsyncEvent(asyncio.Event):
    """A flag to wait for."""

    async def wait_for(self, timeout: float | None) -> bool:
        """Return whether the flag is set, as soon as it is and after `timeout` at the latest."""
        try:
            async with asyncio.timeout(timeout):
                await self.wait()
        except TimeoutError:
            pass
        return self.is_set()


class Event(threading.Event):
    """The blocking twin of `AsyncEvent`."""

    def wait_for(self, timeout: float | None) -> bool:
        """Return whether the flag is set, as soon as it is and after `timeout` at the latest."""
        return self.wait(timeout)


_running: set[asyncio.Task[Any]] = set()  # the event loop itself refers to its tasks weakly


def _start(operation: Coroutine[Any, Any, T], name: str | None = None) -> asyncio.Task[T]:
    task = asyncio.create_task(operation, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


class AsyncWorker:
    """A named background task. It is told to stop by an event that it waits for, and then joined; never cancelled.

    A failure that `target` lets out is logged and kept in `error`.
    """

    def __init__(self, target: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        self.error: BaseException | None = None
        self._task = _start(self._run(target, name), name)

    async def _run(self, target: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        try:
            await target()
        except Exception as error:
            self.error = error
            _log.exception("%s failed", name)

    @property
    def alive(self) -> bool:
        """Whether it is still at work."""
        return not self._task.done()

    async def join(self, timeout: float | None) -> bool:
        """Return whether it has ended, as soon as it has and after `timeout` at the latest."""
        if self._task is asyncio.current_task():
            raise RuntimeError("a worker cannot join itself")
        if not self._task.done():
            await asyncio.wait({self._task}, timeout=timeout)
        return self._task.done()


class Worker:
    """The blocking twin of `AsyncWorker`: a daemon thread, which does not keep the process from ending."""

    def __init__(self, target: Callable[[], None], name: str) -> None:
        self.error: BaseException | None = None
        # A task inherits the caller's context variables, so a thread does as well.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run, target, name), name=name, daemon=True)
        self._thread.start()

    def _run(self, target: Callable[[], None], name: str) -> None:
        try:
            target()
        except Exception as error:
            self.error = error
            _log.exception("%s failed", name)

    @property
    def alive(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def join(self, timeout: float | None) -> bool:
        """Return whether it has ended, as soon as it has and after `timeout` at the latest."""
        if self._thread is threading.current_thread():
            raise RuntimeError("a worker cannot join itself")
        self._thread.join(timeout)
        return not self._thread.is_alive()


async def async_sleep(seconds: float) -> None:
    """Wait."""
    await asyncio.sleep(seconds)


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(max(0.0, seconds))


def async_with_deadline(seconds: float | None) -> asyncio.Timeout:
    """Bound a block: `async with async_with_deadline(5):` raises TimeoutError in it after five seconds."""
    return asyncio.timeout(seconds)


def with_deadline(seconds: float | None) -> contextlib.AbstractContextManager[None]:
    """Bound nothing: a thread cannot be interrupted, so what it calls needs timeouts of its own."""
    return contextlib.nullcontext()


async def async_gather_bounded(
    call: Callable[[T], Coroutine[Any, Any, R]], items: Iterable[T], limit: int
) -> list[R]:
    """Return `call(item)` for each item, in order, with at most `limit` of them running.

    The first failure is raised, after those that run have been cancelled and have ended; the others are not begun.
    """
    todo, results, failures = _plan(items, limit), dict[int, R](), list[BaseException]()
    queue = iter(enumerate(todo))

    async def drain() -> None:
        for index, item in queue:
            try:
                results[index] = await call(item)
            except BaseException as failure:
                failures.append(failure)
                raise

    workers = [_start(drain()) for _ in range(min(limit, len(todo)))]
    try:
        if workers:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(todo))]


def gather_bounded(call: Callable[[T], R], items: Iterable[T], limit: int) -> list[R]:
    """Return `call(item)` for each item, in order, with at most `limit` of them running.

    The first failure is raised, after those that run have ended; the others are not begun.
    """
    todo = _plan(items, limit)
    if min(limit, len(todo)) <= 1:
        return [call(item) for item in todo]

    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(min(limit, len(todo)), "opensandbox-gather") as threads:
        futures = [threads.submit(contextvars.copy_context().run, call, item) for item in todo]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            for future in futures:
                future.cancel()
    for future in futures:
        if not future.cancelled() and (failure := future.exception()) is not None:
            raise failure
    return [future.result() for future in futures]


def _plan(items: Iterable[T], limit: int) -> list[T]:
    if limit < 1:
        raise ValueError(f"limit must be 1 or more, not {limit}")
    return list(items)


async def async_gather_outcomes(
    call: Callable[[T], Coroutine[Any, Any, R]], items: Iterable[T], limit: int
) -> list[R | Exception]:
    """Return `call(item)`, or the exception that it raised, for each item, in order, with `limit` of them running."""

    async def attempt(item: T) -> R | Exception:
        try:
            return await call(item)
        except Exception as failure:
            return failure

    return await async_gather_bounded(attempt, items, limit)


def gather_outcomes(call: Callable[[T], R], items: Iterable[T], limit: int) -> list[R | Exception]:
    """Return `call(item)`, or the exception that it raised, for each item, in order, with `limit` of them running."""

    def attempt(item: T) -> R | Exception:
        try:
            return call(item)
        except Exception as failure:
            return failure

    return gather_bounded(attempt, items, limit)


def async_network_backend() -> httpcore.AsyncNetworkBackend:
    """Return what opens connections for httpcore."""
    from opensandbox._concurrency.asyncio_network import AsyncioBackend

    return AsyncioBackend()


def network_backend() -> httpcore.NetworkBackend:
    """Return what opens connections for httpcore: its own way does it."""
    import httpcore

    return httpcore.SyncBackend()


async def async_together(
    first: Callable[[], Coroutine[Any, Any, T]], second: Callable[[], Coroutine[Any, Any, R]]
) -> tuple[T | Exception, R | Exception]:
    """Return what both do, or the exception that it raised. They run at once, `first` in the caller's own task and a bit ahead."""

    async def outcome(call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        try:
            return await call()
        except Exception as failure:
            return failure

    other = _start(outcome(second))
    try:
        return await outcome(first), await other
    except BaseException:
        other.cancel()
        await asyncio.gather(other, return_exceptions=True)
        raise


def together(first: Callable[[], T], second: Callable[[], R]) -> tuple[T | Exception, R | Exception]:
    """Return what both do, or the exception that it raised. They run at once, `first` in the caller's own thread."""
    from concurrent.futures import ThreadPoolExecutor

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as failure:
            return failure

    with ThreadPoolExecutor(1, "opensandbox-together") as threads:
        other = threads.submit(contextvars.copy_context().run, outcome, second)
        return outcome(first), other.result()


async def async_told(function: Callable[[T], object], value: T) -> None:
    """Call a function of the caller's, and await what it returns if that has to be awaited."""
    result = function(value)
    if inspect.isawaitable(result):
        await result


def told(function: Callable[[T], object], value: T) -> None:
    """The blocking twin of `async_told`: what would have to be awaited is an error."""
    result = function(value)
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(
            f"{function!r} is a coroutine function, which nothing awaits here; use a plain function"
        )


async def async_receive(websocket: Any, timeout: float | None) -> Any:
    """Return the next message of a connection of `websockets`; raises TimeoutError."""
    async with asyncio.timeout(timeout):
        return await websocket.recv()


def receive(websocket: Any, timeout: float | None) -> Any:
    """Return the next message of a connection of `websockets`; raises TimeoutError."""
    return websocket.recv(timeout)


async def async_blocking_call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `function` does, which may block: it runs in a thread. A caller who is cancelled waits for its end; what it
    opened is closed then.
    """
    call = _in_thread(function, *args, **kwargs)
    cancelled: asyncio.CancelledError | None = None
    while not call.done():
        try:
            await asyncio.wait({call})
        except asyncio.CancelledError as cancellation:
            cancelled = cancellation
    if cancelled is not None:
        _discard(call)
        raise cancelled
    return call.result()


async def async_abandonable_call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `function` does, which may block without end, as reading from a pipe does. It runs in a thread, and goes on
    there when the caller is cancelled; what it opens after that is closed.
    """
    call = _in_thread(function, *args, **kwargs)
    try:
        await asyncio.wait({call})
    except asyncio.CancelledError:
        call.add_done_callback(_discard)
        raise
    return call.result()


def _in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
    run = functools.partial(contextvars.copy_context().run, function, *args, **kwargs)
    return asyncio.get_running_loop().run_in_executor(None, run)


def _discard(call: asyncio.Future[Any]) -> None:
    if not call.cancelled() and call.exception() is None and hasattr(call.result(), "close"):
        call.result().close()


def blocking_call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `function` does."""
    return function(*args, **kwargs)


abandonable_call = blocking_call


class Scope:
    """Where sockets may be shared: one event loop, or for threads one process. Compared by identity.

    A scope ends with its loop, so a `WeakKeyDictionary` forgets what belongs to it; a forked child and the next
    `asyncio.run` have scopes of their own, even where an address is used again.
    """


_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Scope] = weakref.WeakKeyDictionary()
_process = Scope()


def async_scope_key() -> Scope:
    """Return the scope of the running event loop, always the same object."""
    loop = asyncio.get_running_loop()
    found = _loops.get(loop)
    if found is None:
        found = _loops[loop] = Scope()
    return found


def scope_key() -> Scope:
    """Return the scope of this process, always the same object."""
    return _process


def _begin_scopes() -> None:
    global _loops, _process
    _loops, _process = weakref.WeakKeyDictionary(), Scope()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_begin_scopes)
