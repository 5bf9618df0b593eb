"""The only module that knows both asyncio and threading: pairs of one meaning and one signature.

`_async` uses the first name of a pair and `scripts/unasync.py` writes the second into `_sync`:

| `_async`                 | `_sync`            |                                                          |
|--------------------------|--------------------|----------------------------------------------------------|
| `AsyncLock`              | `Lock`             | `async with lock:`; not reentrant                         |
| `AsyncEvent`             | `Event`            | wait for a flag, with a timeout                           |
| `AsyncWorker`            | `Worker`           | a named background task or daemon thread, to be joined    |
| `async_sleep`            | `sleep`            |                                                          |
| `async_with_deadline`    | `with_deadline`    | a bound on a block; threads cannot have one               |
| `async_gather_bounded`   | `gather_bounded`   | map in parallel; the first failure stops the rest         |
| `async_gather_outcomes`  | `gather_outcomes`  | map in parallel; failures are results                     |
| `async_together`         | `together`         | two calls at once; failures are results                   |
| `async_blocking_call`    | `blocking_call`    | a function that blocks: it gets a thread, or is just called |
| `async_abandonable_call` | `abandonable_call` | one that may block without end                           |
| `async_notify`             | `notify`           | a function of the caller's, which may be a coroutine function where that can be awaited |
| `async_receive`          | `receive`          | the next message of a WebSocket, with a timeout           |
| `async_scope_key`        | `scope_key`        | where sockets may be shared: an event loop, a process     |
| `async_network_backend`  | `network_backend`  | what opens connections for httpcore                       |
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
from collections import deque
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from opensandbox._concurrency.loops import running_loop
from opensandbox._concurrency.threads import Event as Event
from opensandbox._concurrency.threads import Helper
from opensandbox._concurrency.threads import Lock as Lock
from opensandbox._concurrency.threads import Mutex as Mutex

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    import httpcore
    from redis import Redis as Redis
    from redis.asyncio import Redis as AsyncRedis  # noqa: F401

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

monotonic = time.monotonic

AsyncLock = asyncio.Lock

_log = logging.getLogger("opensandbox")


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
        self._scope = scope_key()
        self._threads: list[threading.Thread] = []

        def run() -> None:
            self._threads.append(threading.current_thread())
            try:
                target()
            except Exception as error:
                self.error = error
                _log.exception("%s failed", name)

        self._helper = Helper(run, name)

    @property
    def alive(self) -> bool:
        """Whether it is still at work."""
        # A fork takes no threads along.
        return not self._helper.ended and self._scope is scope_key()

    def join(self, timeout: float | None) -> bool:
        """Return whether it has ended, as soon as it has and after `timeout` at the latest."""
        if threading.current_thread() in self._threads and self.alive:
            raise RuntimeError("a worker cannot join itself")
        return not self.alive or self._helper.join(timeout)


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

    queue, results, failures = deque(enumerate(todo)), dict[int, R](), list[BaseException]()

    def drain() -> None:
        while queue and not failures:
            try:
                index, item = queue.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                results[index] = call(item)
            except BaseException as failure:
                failures.append(failure)

    helpers: list[Helper[None]] = []
    try:
        helpers += [Helper(drain, "opensandbox-gather") for _ in range(min(limit, len(todo)))]
        for helper in helpers:
            helper.join(None)
    finally:
        queue.clear()
        for helper in helpers:
            helper.join(None)
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(todo))]


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

    def outcome(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except Exception as failure:
            return failure

    other: Helper[R | Exception] = Helper(lambda: outcome(second), "opensandbox-together")
    try:
        mine: T | Exception = outcome(first)
    finally:
        other.join(None)
    return mine, other.result()


async def async_notify(function: Callable[[T], object], value: T) -> None:
    """Call a function of the caller's, and await what it returns if that has to be awaited."""
    result = function(value)
    if inspect.isawaitable(result):
        await result


def notify(function: Callable[[T], object], value: T) -> None:
    """The blocking twin of `async_notify`: what would have to be awaited is an error."""
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
    return running_loop().run_in_executor(None, run)


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
    loop = running_loop()
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
