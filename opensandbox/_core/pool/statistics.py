"""Counters and latencies of one pool object."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Protocol

from opensandbox.models.pools import LatencyHistogram, PoolStatistics

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds."""
COUNTERS = (
    "acquired",
    "direct_created",
    "empty",
    "failed_candidates",
    "killed",
    "kill_failed",
    "refused_commits",
    "store_failures",
    "waited",
    "warmed",
    "warmup_failed",
)
LATENCIES = ("acquire", "create", "take", "wait", "warmup")


class Meter(Protocol):
    """Somebody who wants to hear of it too."""

    def count(self, name: str, by: int) -> None:
        """Hear of an event."""
        ...

    def took(self, name: str, seconds: float) -> None:
        """Hear of a duration."""
        ...


class Statistics:
    """Counts what a pool does, and tells `meter`. Whoever calls takes turns."""

    def __init__(self, meter: Meter | None = None) -> None:
        self._meter = meter
        self.counters: Counter[str] = Counter(dict.fromkeys(COUNTERS, 0))
        self._buckets: dict[str, list[int]] = {name: [0] * (len(BOUNDS) + 1) for name in LATENCIES}
        self._totals: dict[str, float] = dict.fromkeys(LATENCIES, 0.0)

    def count(self, name: str, by: int = 1) -> None:
        """Count an event."""
        self.counters[name] += by
        if self._meter is not None:
            self._meter.count(name, by)

    def took(self, name: str, seconds: float) -> None:
        """Note how long something took."""
        self._buckets[name][bisect_left(BOUNDS, seconds)] += 1
        self._totals[name] += seconds
        if self._meter is not None:
            self._meter.took(name, seconds)

    def snapshot(self) -> PoolStatistics:
        """Return the figures of this moment."""
        latencies = {
            name: LatencyHistogram(BOUNDS, tuple(counts), self._totals[name])
            for name, counts in self._buckets.items()
        }
        return PoolStatistics(dict(self.counters), latencies)
