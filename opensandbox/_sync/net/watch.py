# Generated from opensandbox/_async/net/watch.py by scripts/unasync.py. Do not edit.
"""What is known of one exchange while it lasts: its deadline, and how far it got.

Every exchange has a `Watch`. The network stream takes it over with the first byte of the request and asks it, before each
read and write, how long it may wait. When the exchange fails the watch tells whether the connection had been used
before and whether any byte of an answer had arrived, which is what decides if sending again is safe.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.deadlines import NO_DEADLINE, Deadline

LONGEST_READ: Final = 2_000_000.0
"""Seconds, 23 days, of one wait at a socket: a blocking one counts milliseconds, in 31 bits."""

CURRENT: ContextVar[Watch | None] = ContextVar("opensandbox_watch", default=None)


class Watch:
    """What is known about one exchange, and how long it may take."""

    __slots__ = ("after_lost_answer", "deadline", "fresh", "received", "sent")

    def __init__(self, deadline: Deadline = NO_DEADLINE) -> None:
        self.deadline = deadline
        self.fresh = False
        self.sent = False
        self.received = False
        # Whether an earlier attempt of the same call may have been carried out, and its answer lost.
        self.after_lost_answer = False

    @property
    def went_stale(self) -> bool:
        """Tell whether a kept-alive connection died under the request before any byte of an answer."""
        return self.sent and not self.fresh and not self.received

    def clip(self, timeout: float | None) -> float | None:
        """Return the time that the next wait may take."""
        remaining = self.deadline.remaining(monotonic())
        if remaining is None:
            return None if timeout is None else min(timeout, LONGEST_READ)
        if remaining <= 0.0:
            import httpcore

            raise httpcore.ReadTimeout("the deadline of the call has passed")
        return min(remaining, LONGEST_READ) if timeout is None else min(timeout, remaining, LONGEST_READ)
