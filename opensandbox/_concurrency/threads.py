"""How one thread waits for another, and how one is begun, so that no exception of a signal handler leaves anything half-done.

A handler runs between any two bytecodes of the main thread, and what it raises breaks off whatever Python code it finds there. `Event`,
`Condition` and `Semaphore` of `threading`, `queue.Queue` and `concurrent.futures` are Python code around a lock: broken off at the wrong
moment they keep it for ever, and so does `Thread.start`. What is here has no lock that is held across two steps. Where two steps belong
together, one call of a C function does both, because a handler cannot run in between.
"""

from __future__ import annotations

import _thread
import contextvars
import os
import sys
import threading
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from opensandbox._concurrency.forks import mutex

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

Lock = threading.Lock
Mutex = mutex

PARKED_SECONDS = 5.0
"""For how long a thread that has done its work waits for more."""


class Event:
    """A flag to wait for. `set` and `clear` never wait."""

    __slots__ = ("_bells", "_set")

    def __init__(self) -> None:
        self._set = False
        self._bells: deque[_thread.LockType] = deque()

    def is_set(self) -> bool:
        """Return whether the flag is set."""
        return self._set

    def set(self) -> None:
        """Set the flag, and wake all who wait."""
        self._set = True
        # One call takes each bell out and rings it, so that nobody is taken out who then sleeps on.
        ringing = map(_thread.LockType.release, iter(self._bells.popleft, None))
        try:
            deque(ringing, 0)
        except IndexError:
            return  # that was the last one

    def clear(self) -> None:
        """Take the flag back."""
        self._set = False

    def wait_for(self, timeout: float | None) -> bool:
        """Return whether the flag is set, as soon as it is and after `timeout` at the latest."""
        if self._set:
            return True
        if timeout is not None and timeout <= 0:
            return False
        bell = _thread.allocate_lock()
        bell.acquire()
        rung = False
        try:
            self._bells.append(bell)
            if not self._set:  # whoever sets it from here on finds the bell
                rung = bell.acquire(timeout=-1 if timeout is None else min(timeout, threading.TIMEOUT_MAX))
        finally:
            try:
                self._bells.remove(bell)
            except ValueError:
                rung = True  # it was taken out to be rung
        return rung or self._set


class _Job(NamedTuple):
    work: Callable[[], object]
    name: str


_parked: deque[SimpleQueue[_Job]] = deque()
"""Where threads that have nothing to do look for their next job; the last one that came to rest is the first to be used."""


def begin(work: Callable[[], object], name: str) -> None:
    """Run `work` in a daemon thread of this name. It lets no exception out.

    If this call is broken off, `work` has been begun or never will be.
    """
    job = _Job(work, name)
    # One call takes a mailbox out and puts the job into it, so that no thread waits at one that nobody knows any more.
    handed_over: Any = map(SimpleQueue.put, iter(_parked.pop, None), (job,))
    try:
        next(handed_over)
    except IndexError:
        try:
            _thread.start_new_thread(_begin_thread, (job,))
        except RuntimeError:
            job.work()  # there may be no more threads, as when the interpreter ends: the caller's will do


def _begin_thread(job: _Job) -> None:
    """Begin a thread which `threading` knows. A handler never runs here, in a thread that is not the main one."""
    try:
        threading.Thread(target=_live, args=(job,), name=job.name, daemon=True).start()
    except RuntimeError:
        _live(job)  # there may be no more threads: this one will do


def _live(job: _Job) -> None:
    mailbox: SimpleQueue[_Job] = SimpleQueue()
    thread = threading.current_thread()
    while True:
        thread.name = job.name
        job.work()
        del job
        thread.name = "opensandbox-idle"
        _parked.append(mailbox)
        try:
            job = mailbox.get(timeout=PARKED_SECONDS)
        except Empty:
            try:
                _parked.remove(mailbox)
            except ValueError:
                job = mailbox.get()  # somebody was about to put one there
            else:
                return


class Helper(Generic[T]):
    """A call that a thread makes for the caller, in the caller's context."""

    __slots__ = ("_ended", "_failures", "_results")

    def __init__(self, call: Callable[[], T], name: str) -> None:
        self._ended = Event()
        self._results: list[T] = []
        self._failures: list[BaseException] = []
        context = contextvars.copy_context()

        def work() -> None:
            try:
                self._results.append(context.run(call))
            except BaseException as failure:
                self._failures.append(failure)
            self._ended.set()

        begin(work, name)

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self._ended.is_set()

    def join(self, timeout: float | None) -> bool:
        """Return whether the call is over, as soon as it is and after `timeout` at the latest."""
        return self._ended.wait_for(timeout)

    def result(self) -> T:
        """Return what the call returned, or raise what it raised, once it is over."""
        self.join(None)
        if self._failures:
            raise self._failures[0]
        return self._results[0]


def is_main() -> bool:
    """Return whether signal handlers run in this thread."""
    return threading.current_thread() is threading.main_thread()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_parked.clear)
