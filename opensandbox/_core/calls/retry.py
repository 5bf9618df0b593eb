"""Whether and when a failed exchange is tried again. Nothing that may have happened is repeated unless repeating is harmless."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from opensandbox._core.deadlines import span
from opensandbox.transport.retry import JitterMode, RetryCause, RetryPolicy, is_idempotent_method

if TYPE_CHECKING:
    from collections.abc import Callable
    from http import HTTPStatus

MAX_RETRY_AFTER: Final = 60.0
"""Seconds. A server that asks for more is not waited for that long."""

STALE_RETRIES: Final = 3
"""How many dead kept-alive connections one call may run into; each costs a round trip at most."""


NOT_BEGUN: Final = frozenset({RetryCause.PRE_SEND, RetryCause.STATUS_429, RetryCause.STATUS_503})
"""Failures after which nothing was done."""


def was_done_before(method: str, status: int) -> bool:
    """Tell whether an answer says that the deletion it was asked for has taken place, given that an earlier answer was lost."""
    return method == "DELETE" and status in (404, 410)


class Failure(NamedTuple):
    """One failed attempt, reduced to what the decision needs."""

    cause: RetryCause
    status: int | None = None
    retry_after: float | None = None


class Attempts(NamedTuple):
    """What one call has been through so far."""

    retries: int = 0
    last_delay: float = 0.0


def next_delay(
    policy: RetryPolicy,
    failure: Failure,
    attempts: Attempts,
    *,
    method: str,
    idempotent: bool | None,
    replayable: bool,
    remaining: float | None,
    uniform: Callable[[float, float], float],
) -> float | None:
    """Return the seconds to wait before the next attempt, or `None` to give up.

    `idempotent` overrides what the method says. `replayable` is false for a body that can be read only once. A wait that
    would outlast `remaining` is not begun: the caller learns of the failure now instead of later.
    """
    if attempts.retries >= policy.max_retries:
        return None
    if failure.cause is RetryCause.PRE_SEND:
        if not replayable and attempts.retries >= 1:
            return None
    elif not replayable:
        return None
    elif failure.status is not None:
        allowed: frozenset[HTTPStatus] = policy.retryable_statuses_for("GET" if idempotent else method)
        if failure.status not in allowed:
            return None
    elif not (is_idempotent_method(method) if idempotent is None else idempotent):
        return None
    delay = backoff(policy, attempts, uniform)
    if failure.retry_after is not None:
        delay = min(failure.retry_after, MAX_RETRY_AFTER)
    if remaining is not None and delay >= remaining:
        return None
    return delay


def backoff(policy: RetryPolicy, attempts: Attempts, uniform: Callable[[float, float], float]) -> float:
    """Return the computed wait: the initial one first, then growing, spread as the policy says, never above its maximum."""
    initial = span(policy.initial_backoff)
    ceiling = span(policy.max_backoff)
    if policy.jitter is JitterMode.DECORRELATED:
        if attempts.retries == 0:
            return min(initial, ceiling)
        return min(ceiling, uniform(initial, max(initial, attempts.last_delay * policy.backoff_multiplier)))
    try:
        grown = min(ceiling, initial * policy.backoff_multiplier**attempts.retries)
    except OverflowError:
        grown = ceiling
    return uniform(0.0, grown) if policy.jitter is JitterMode.FULL else grown


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header, seconds or a date, as seconds from `now`; a past date is zero, nonsense is `None`."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
