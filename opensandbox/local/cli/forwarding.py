"""What this program is given while another one runs in a sandbox: its input, changes of its window, signals."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from typing import TYPE_CHECKING, Protocol

from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LARGEST_INPUT = 65536


class Sink(Protocol):
    """What becomes of all that. Its methods are called in a thread of their own, one after the other."""

    def typed(self, data: bytes) -> bool:
        """Pass input on, nothing at its end; returns whether there is to be more."""
        ...

    def signalled(self, number: int) -> None:
        """Pass a signal on."""
        ...


@contextlib.contextmanager
def forwarded(source: int | None, sink: Sink, signals: Mapping[signal.Signals, int]) -> Iterator[None]:
    """Pass on what is read from a descriptor, and signals: each as often as the mapping says, before it ends this program.

    None reads nothing. A signal that this program was started to ignore stays ignored.
    """
    wake, waker = os.pipe()
    left = {number: count for number, count in signals.items() if signal.getsignal(number) != signal.SIG_IGN}

    def handle(number: int, _: object) -> None:
        if left[signal.Signals(number)] == 0:
            raise SystemExit(128 + number)
        left[signal.Signals(number)] -= 1
        os.write(waker, bytes([number]))

    before = {number: signal.signal(number, handle) for number in left}
    thread = threading.Thread(target=_forward, args=(source, wake, sink), name="input", daemon=True)
    thread.start()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(waker)
        thread.join()
        os.close(wake)


def _forward(source: int | None, wake: int, sink: Sink) -> None:
    sources = [wake] if source is None else [source, wake]
    # A terminal that is lost tells that to whoever reads it.
    with contextlib.suppress(SandboxException):
        while True:
            ready, _, _ = select.select(sources, [], [])
            if wake in ready:
                numbers = os.read(wake, 100)
                if not numbers:
                    return
                for number in numbers:
                    sink.signalled(number)
            elif source is not None and not sink.typed(_read(source)):
                sources.remove(source)


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
