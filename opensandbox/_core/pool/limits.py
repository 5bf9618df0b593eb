"""How fast and how many at once: the gate in front of creations, and the back-off after failures."""

from __future__ import annotations

import math


class Gate:
    """Admits so many a second, in bursts of one second's worth, and so many at once; `None` sets no limit."""

    __slots__ = ("_filled", "_rate", "_tokens", "concurrency", "inside")

    def __init__(self, rate: float | None, concurrency: int | None) -> None:
        self._rate = rate
        self._tokens = 0.0 if rate is None else max(1.0, rate)
        self._filled = -math.inf
        self.concurrency = concurrency
        self.inside = 0

    def wait(self, now: float) -> float:
        """Return in how many seconds one more can come in; infinity while the place of another must come free first."""
        if self.concurrency is not None and self.inside >= self.concurrency:
            return math.inf
        if self._rate is None:
            return 0.0
        self._fill(now, self._rate)
        return 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / self._rate

    def enter(self) -> None:
        """Come in, after `wait` has said that there is nothing to wait for."""
        self.inside += 1
        if self._rate is not None:
            self._tokens -= 1.0

    def leave(self) -> None:
        """Make room."""
        self.inside -= 1

    def _fill(self, now: float, rate: float) -> None:
        if now > self._filled:
            most = max(1.0, rate)
            since = min(now - self._filled, most / rate)
            # Rounding must not leave a whole token one bit short of one: whoever waited as told is admitted.
            self._tokens = min(most, round(self._tokens + since * rate, 9))
            self._filled = now


class Backoff:
    """When to try again after failures in a row: exponentially later, and not all members at the same moment.

    Attempts that were under way together and fail together count as failures, but lengthen the wait once.
    """

    __slots__ = ("_base", "_cap", "_rounds", "_threshold", "failures", "last_error", "until")

    def __init__(self, threshold: int, base: float = 1.0, cap: float = 60.0) -> None:
        self._threshold = threshold
        self._base = base
        self._cap = cap
        self._rounds = 0
        self.failures = 0
        self.until = -math.inf
        self.last_error: str | None = None

    @property
    def degraded(self) -> bool:
        """Whether so many failed in a row that something must be wrong."""
        return self.failures >= self._threshold

    def remaining(self, now: float) -> float:
        """Return how many seconds nothing should be tried."""
        return max(0.0, self.until - now)

    def failed(
        self, now: float, began: float, error: str, chance: float, retry_after: float | None = None
    ) -> None:
        """Note a failure of what `began` then; `chance` in [0, 1) spreads the next attempt."""
        self.failures += 1
        self.last_error = error
        if retry_after is not None:
            self.until = max(self.until, now + min(retry_after, self._cap))
        if self.degraded and began >= self.until:
            wait = min(self._cap, self._base * 2.0 ** min(self._rounds, 30))
            self._rounds += 1
            self.until = now + wait * (0.5 + chance / 2)

    def succeeded(self) -> None:
        """Note a success: all is well again."""
        self.failures = self._rounds = 0
        self.until = -math.inf
        self.last_error = None
