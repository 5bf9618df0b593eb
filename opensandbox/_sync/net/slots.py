# Generated from opensandbox/_async/net/slots.py by scripts/unasync.py. Do not edit.
"""A limit to how many connections are open at once; waiters are served first come, first served."""

from __future__ import annotations

from collections import deque

import httpcore

from opensandbox._concurrency.pairs import Event, Mutex


class Slots:
    """A number of slots, which are acquired and released. A release never waits."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._lock = Mutex()
        self._waiters: deque[Event] = deque()

    def acquire(self, timeout: float | None) -> None:
        """Wait up to `timeout` seconds for a slot; raises `httpcore.PoolTimeout`."""
        waiter = Event()
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            self._waiters.append(waiter)
        try:
            if waiter.wait_for(timeout):
                return
        except BaseException:
            self._leave(waiter)
            raise
        self._leave(waiter)
        raise httpcore.PoolTimeout("no connection became free in time")

    def release(self) -> None:
        """Give a slot back: to the first waiter, if there is one."""
        with self._lock:
            if self._waiters:
                self._waiters.popleft().set()
            else:
                self._free += 1

    def _leave(self, waiter: Event) -> None:
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                return
        self.release()  # it was given one at the same moment
