"""Whether a pool is still being filled for the first time, as one member sees it: until then it is starting, not empty."""

from __future__ import annotations


class FirstFill:
    """The first fill of a pool. It is under way until as many sandboxes were stored as are kept idle, a warm-up failed, or `until`."""

    __slots__ = ("_over", "_stored", "_until")

    def __init__(self, until: float) -> None:
        self._until = until
        self._stored = 0
        self._over = False

    def is_under_way(self, now: float) -> bool:
        """Return whether a sandbox may still be expected."""
        return self.left(now) > 0.0

    def left(self, now: float) -> float:
        """Return the seconds for which a sandbox may still be expected; 0 when it is over."""
        return 0.0 if self._over else max(0.0, self._until - now)

    def saw(self, idle: int, size: int) -> None:
        """Note how many are idle, and how many shall be."""
        if idle >= size or self._stored >= size:
            self._over = True

    def stored(self) -> None:
        """Note that a warm-up has come to its end. It may have been taken since."""
        self._stored += 1

    def failed(self) -> None:
        """Note that a warm-up has failed."""
        self._over = True
