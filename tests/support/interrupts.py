"""Breaks a call off as the exception of a signal handler does: at its Nth instant, or after some time by a real signal.

    for run in interrupted_at_instants(lambda: pool.acquire(), KeyboardInterrupt):
        if run.result is not None:
            run.result.destroy()
        until(lambda: not server.alive)

An instant is where the interpreter looks for signals: when a function of Python begins or goes on after a `yield`, and when one of C, or one
that was called with `*arguments`, has returned, whose result is lost then. Between two instants no handler runs. Only the main thread has
any, so the call is made there.
"""

from __future__ import annotations

import dis
import inspect
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any, Generic, TypeVar

T = TypeVar("T")

RESUME = dis.opmap["RESUME"]
WITH_ARGUMENTS = dis.opmap["CALL_FUNCTION_EX"]
AFTER_AWAIT = 2
"""From this argument of `RESUME` on the interpreter does not look for signals."""


class Interrupt(BaseException):
    """What some tool's handler raises: a limit on a test's time, for example."""


class TimeIsUp(Exception):
    """What a handler for `SIGALRM` raises in many programs."""


KINDS: list[type[BaseException]] = [KeyboardInterrupt, Interrupt, TimeIsUp]


@dataclass
class Run(Generic[T]):
    """How one run went. Its `repr` says where to look when an assertion about it fails."""

    kind: type[BaseException]
    at: float
    """Which instant it was, or after how many seconds."""
    where: str | None = None
    """What was broken off; `None` if the call had ended before."""
    result: T | None = None
    """What the call returned all the same: clean-up of the interpreter's swallows an exception."""
    failure: BaseException | None = None


def interrupted_at_instants(
    call: Callable[[], T],
    kind: type[BaseException],
    *,
    every: int = 1,
    first: int = 1,
    where: Callable[[FrameType], bool] = lambda _: True,
) -> Iterator[Run[T]]:
    """Yield each run once it has ended: broken off at the `first` instant, then `every` so many later, up to the last one. Instants
    `where` the frame does not fit do not count.
    """
    at = first
    while True:
        run = interrupted_at(call, kind, at, where)
        yield run
        if run.where is None:
            return
        at += every


def interrupted_at(
    call: Callable[[], T],
    kind: type[BaseException],
    at: int,
    where: Callable[[FrameType], bool] = lambda _: True,
) -> Run[T]:
    """Return how a call went that was broken off at this instant."""
    run = Run[T](kind, at)
    left = at

    def look(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        if not _is_instant(frame, event) or not where(frame):
            return
        left -= 1
        if left == 0:
            run.where = (
                f"{frame.f_code.co_filename}:{frame.f_lineno} {event} {getattr(argument, '__name__', '')}"
            )
            raise kind

    def begin() -> T:
        return call()

    with _unraisable_ignored():
        try:
            sys.setprofile(look)
            run.result = begin()
        except BaseException as failure:
            # Without its traceback, which holds on to a generator that only its finalizer brings to an end.
            run.failure = failure.with_traceback(None)
        finally:
            sys.setprofile(None)
    return run


def interrupted_after(call: Callable[[], T], kind: type[BaseException], seconds: float) -> Run[T]:
    """Return how a call went that a real signal has broken off after so many seconds."""
    run = Run[T](kind, seconds)
    at_work = False

    def handle(number: int, frame: FrameType | None) -> None:
        if at_work and frame is not None:
            run.where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
            raise kind

    previous = signal.signal(signal.SIGALRM, handle)
    with _unraisable_ignored():
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            at_work = True
            run.result = call()
            at_work = False
        except BaseException as failure:
            at_work = False
            # Without its traceback, which holds on to a generator that only its finalizer brings to an end.
            run.failure = failure.with_traceback(None)
        finally:
            at_work = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
    return run


def in_a_coroutine_of_the_package(frame: FrameType | None) -> bool:
    """Tell whether what is raised here comes out of a coroutine of the package, and not out of the event loop's own code."""
    while frame is not None and "/asyncio/" not in frame.f_code.co_filename:
        if "/opensandbox/_" in frame.f_code.co_filename and frame.f_code.co_flags & inspect.CO_COROUTINE:
            return True
        frame = frame.f_back
    return False


def _is_instant(frame: FrameType, event: str) -> bool:
    if event == "c_return":
        return frame.f_code is not interrupted_at.__code__
    if event == "return":
        caller = frame.f_back
        return caller is not None and caller.f_code.co_code[caller.f_lasti] == WITH_ARGUMENTS
    if event != "call":
        return False
    code, at = frame.f_code.co_code, frame.f_lasti
    return at < 0 or code[at] != RESUME or code[at + 1] < AFTER_AWAIT


class _unraisable_ignored:
    """Let nobody complain about an exception that came within a finalizer, where the interpreter drops it."""

    def __enter__(self) -> None:
        assert threading.current_thread() is threading.main_thread(), "no handler runs in this thread"
        self._previous, sys.unraisablehook = sys.unraisablehook, lambda _: None

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self._previous
