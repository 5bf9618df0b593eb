"""Whether and when a request is sent again that a gateway kept, because the sandbox behind it was still being woken.

Such an answer says that the request never reached the sandbox. So it may be sent again whatever its method, with a budget of
its own: these answers are no failures, and ordinary retries are not used up by them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from opensandbox._core.calls.retry import MAX_RETRY_AFTER, parse_retry_after
from opensandbox.transport.retry import (
    WAKE_DEFAULT_RETRY_AFTER,
    WAKE_MARKER_HEADER,
    WAKE_MARKER_VALUE,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from opensandbox.transport.retry import RetryPolicy

_NEGATIVE: Final = re.compile(r"\s*-\d+\s*")


def still_asleep(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether an answer comes from a gateway that gave up waiting for the sandbox to wake."""
    return status == 503 and headers.get(WAKE_MARKER_HEADER, "").strip() == WAKE_MARKER_VALUE


def wake_wait(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds that such an answer asks for; one that does not say, or not in a readable way, asks for one."""
    text = headers.get("Retry-After")
    if text is not None and _NEGATIVE.fullmatch(text):
        return 0.0
    asked = parse_retry_after(text, now)
    return WAKE_DEFAULT_RETRY_AFTER.total_seconds() if asked is None else min(asked, MAX_RETRY_AFTER)


def may_wait(
    policy: RetryPolicy, *, answers: int, waited: float, wait: float, remaining: float | None
) -> bool:
    """Tell whether to wait once more after so many such answers, the first request having been sent `waited` seconds ago.

    A wait that would outlast the policy's limit, or what is left of the call, is not begun.
    """
    limit = policy.wake_overall_deadline
    return (
        answers < policy.wake_max_attempts
        and (limit is None or waited + wait < limit.total_seconds())
        and (remaining is None or wait < remaining)
    )
