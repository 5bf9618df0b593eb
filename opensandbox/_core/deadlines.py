"""The time that is left, as a value; callers pass the current time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from opensandbox.exceptions import InvalidArgumentException

LONGEST: Final = 36500 * 86400.0
"""Seconds, a hundred years: longer durations count as this one. Threads, sockets and dates cannot take `timedelta.max`."""

Duration = timedelta | float | int
"""What the public API takes for a duration: a `timedelta`, or seconds."""


def seconds(name: str, value: object, *, positive: bool = False) -> float:
    """Read the duration that a caller passed as `name`, in seconds.

    One of more than a hundred years counts as a hundred. Raises `InvalidArgumentException` for anything that is not a duration, for NaN and infinity, for a negative
    one, and for zero where `positive` is asked for.
    """
    if isinstance(value, timedelta):
        amount = value.total_seconds()
    elif isinstance(value, int | float) and not isinstance(value, bool):
        amount = float(value)
    else:
        raise InvalidArgumentException(
            f"{name} must be a timedelta or a number of seconds, not {value!r}; pass for example timedelta(seconds=30)"
        )
    if not amount < float("inf"):  # also catches NaN
        raise InvalidArgumentException(f"{name} must be finite, not {value!r}")
    if amount < 0 or (positive and amount == 0):
        least = "greater than zero" if positive else "zero or more"
        raise InvalidArgumentException(f"{name} must be {least}, not {value!r}")
    return min(amount, LONGEST)


def span(duration: timedelta) -> float:
    """Return a duration of the settings in seconds, a hundred years at most."""
    return min(duration.total_seconds(), LONGEST)


class Deadline(NamedTuple):
    """A moment on the monotonic clock after which nobody waits any more; `None` means that there is none."""

    expires: float | None = None

    @classmethod
    def after(cls, budget: float | None, now: float) -> Deadline:
        """Return the deadline `budget` seconds after `now`; `None` for no limit."""
        return cls(None if budget is None else now + budget)

    def remaining(self, now: float) -> float | None:
        """Return the seconds left, never below zero; `None` when there is no limit."""
        return None if self.expires is None else max(0.0, self.expires - now)

    def passed(self, now: float) -> bool:
        """Tell whether nothing is left."""
        return self.expires is not None and now >= self.expires

    def clip(self, wait: float, now: float) -> float:
        """Return `wait`, cut to what is left."""
        return wait if self.expires is None else max(0.0, min(wait, self.expires - now))

    def earlier(self, other: Deadline) -> Deadline:
        """Return whichever of the two comes first."""
        if self.expires is None or (other.expires is not None and other.expires < self.expires):
            return other
        return self


NO_DEADLINE = Deadline()
