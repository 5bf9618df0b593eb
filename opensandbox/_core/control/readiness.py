"""When to look again while something gets ready, and which answers end the wait at once."""

from __future__ import annotations

from typing import Final

FIRST_WAIT: Final = 0.02
"""Seconds before the second look. A warm sandbox is ready within milliseconds, so the first looks are dense."""

LONGEST_LOOK: Final = 5.0
"""Seconds after which a look without an answer is given up for another one."""

NOT_PUBLISHED: Final = "KUBERNETES::POD_IP_NOT_AVAILABLE"
"""The one code of a 404 that means "not yet": the address exists as soon as the pod has one."""


def wait_before(attempt: int, interval: float) -> float:
    """Return the seconds to wait before look number `attempt` (counted from 1): 20, 40, 80 ms … up to `interval`."""
    if attempt <= 1:
        return 0.0
    return min(interval, FIRST_WAIT * 2.0 ** min(attempt - 2, 20))


def poll_limit(budget: float) -> float:
    """Return the seconds that one look may take of a budget: never more than half of it."""
    return min(LONGEST_LOOK, budget / 2)


def is_final(status: int | None) -> bool:
    """Tell whether a failed probe with this status can never turn into success: the caller is not let in."""
    return status in (401, 403)


def is_pending(status: int | None, code: str | None) -> bool:
    """Tell whether a failed endpoint lookup only means that the address is not known yet."""
    return status == 404 and code == NOT_PUBLISHED
