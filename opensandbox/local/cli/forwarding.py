"""What this program is given while another one runs in a sandbox: its input, changes of its window, signals."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING, Protocol

from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LARGEST_INPUT = 65536


class Sink(Protocol):
    """What becomes of all that. Its methods are called in threads of their own."""

    def typed(self, data: bytes) -> bool:
        """Pass input on, nothing at its end; returns whether there is to be more."""
        ...

    def signalled(self, number: int) -> None:
        """Pass a signal on."""
        ...

    def end(self) -> None:
        """End the program."""
        ...


class Ended:
    """Whether a signal ended the program."""

    number: int | None = None


@contextlib.contextmanager
def forwarded(source: int | None, sink: Sink, signals: Mapping[signal.Signals, int]) -> Iterator[Ended]:
    """Pass on what is read from a descriptor, and signals: each as often as the mapping says, before it ends the program.

    None reads nothing. A signal that this program was started to ignore stays ignored.
    """
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    left = {int(each): count for each, count in signals.items() if signal.getsignal(each) != signal.SIG_IGN}
    ended = Ended()
    # The system may give a signal to any thread. The main one, which waits for output, would see it after that only; this
    # descriptor gets it at once.
    before_waker = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    before = {number: signal.signal(number, lambda *_: None) for number in left}
    thread = threading.Thread(
        target=_forward, args=(source, wake, sink, left, ended), name="input", daemon=True
    )
    thread.start()
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_waker)
        os.close(waker)
        thread.join()
        os.close(wake)


def _forward(source: int | None, wake: int, sink: Sink, left: dict[int, int], ended: Ended) -> None:
    feeder = threading.Thread(target=_feed, args=(source, sink), name="feeder", daemon=True)
    if source is not None:
        feeder.start()
    while numbers := os.read(wake, 100):
        for number in numbers:
            if number not in left:
                continue
            left[number] -= 1
            if left[number] < 0:
                ended.number = number
                _quietly(sink.end)
            else:
                # In a thread: it waits behind input that the program does not read.
                threading.Thread(
                    target=_quietly, args=(sink.signalled, number), name="signal", daemon=True
                ).start()


def _feed(source: int, sink: Sink) -> None:
    # It may wait for input when the program has ended. Then it ends with this process.
    with contextlib.suppress(SandboxException):
        while sink.typed(_read(source)):
            pass


def _quietly(call: Callable[..., object], *arguments: object) -> None:
    """Call something that a program which has just ended does not take any more; whoever reads it is told."""
    with contextlib.suppress(SandboxException):
        call(*arguments)


def _read(source: int) -> bytes:
    try:
        return os.read(source, LARGEST_INPUT)
    except OSError:  # a terminal whose window is gone, or a program in the background that may not read
        return b""


@contextlib.contextmanager
def limited(end: Callable[[], object], timeout: float | None) -> Iterator[threading.Event]:
    """Call `end` after so many seconds, unless the block is over; the event tells that it came to that."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        with contextlib.suppress(SandboxException):
            end()

    timer = threading.Timer(timeout or 0, expire)
    timer.daemon = True
    if timeout is not None:
        timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
