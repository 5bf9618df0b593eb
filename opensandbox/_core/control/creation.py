"""What to do after a failed creation: it cannot be repeated blindly, because each one that arrives makes a sandbox."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from opensandbox._core.calls.failures import LOOK_FIRST
from opensandbox._core.calls.retry import Attempts, Failure, backoff, next_delay
from opensandbox._core.convert.values import strings
from opensandbox._core.deadlines import Deadline, seconds, span
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxRateLimitException,
    SandboxTimeoutException,
    SandboxUnavailableException,
    SandboxWakeTimeoutException,
)
from opensandbox.transport.retry import RetryCause, RetryEvent, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEFAULT_ANSWER_LIMIT: Final = 300.0
"""Seconds for the answer to a creation: servers answer when the image was pulled and the sandbox has started."""

REMOVED: Final = "what it may have made is removed"

SEEN_THROUGH: Final = 300.0
"""Seconds that a creation whose caller has given up is waited for, so that what it makes can be removed."""

SEARCH_PAUSES: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 120.0)
"""Seconds before each further look for what a creation made whose answer was lost: its server may still be at it."""

SEARCHES_HOLD_UP: Final = 3.0
"""Seconds that the end of a program waits for these looks, which may well find nothing."""

TOKEN_LABEL: Final = "opensandbox-client-token"  # noqa: S105 - a label, not a secret
"""The label by which a creation finds what an earlier attempt of its own made. Users never see it."""


class Terms(NamedTuple):
    """How a creation is repeated."""

    policy: RetryPolicy
    deadline: Deadline
    """When its caller stops waiting."""
    labelled: bool
    """Whether its sandbox gets a label by which it can be found."""
    counted: bool
    """Whether `max_retries` also bounds how often a server may refuse; else only the deadline does."""


class Aftermath(Enum):
    """What is known of a creation that failed."""

    REFUSED = "the server said no: repeating changes nothing"
    NOT_BEGUN = "it did not happen, and may be repeated"
    UNKNOWN = "it may have happened: look before repeating it"


def aftermath(failure: SandboxException) -> Aftermath:
    """Return what a failure tells about whether the server made a sandbox."""
    if isinstance(failure, SandboxApiException):
        # Without that header a 503 may be a gateway's that lost its server after the request had gone there.
        asked_to_wait = isinstance(failure, SandboxUnavailableException) and failure.retry_after is not None
        if failure.status_code == 429 or (failure.status_code == 503 and asked_to_wait):
            return Aftermath.NOT_BEGUN
        # A success that cannot be read, or a gateway that lost its server, has a sandbox behind it more often than not.
        status = failure.status_code or 0
        lost = status < 300 or status in (408, 502, 503, 504) or status >= 520
        return Aftermath.UNKNOWN if lost else Aftermath.REFUSED
    if isinstance(failure, SandboxTimeoutException | SandboxConnectionException):
        if failure.is_retryable:
            return Aftermath.NOT_BEGUN
        never_sent = isinstance(failure, SandboxConnectionException) and not failure._sent
        return Aftermath.REFUSED if never_sent else Aftermath.UNKNOWN
    return Aftermath.REFUSED


def answer_limit(
    create_timeout: timedelta | float | None, request_timeout: timedelta, *, chosen: bool
) -> float:
    """Return the seconds within which the server has to answer a creation.

    A `request_timeout` that the caller has `chosen` counts where there is no `create_timeout`, as in the published package.
    """
    if create_timeout is not None:
        return seconds("create_timeout", create_timeout, positive=True)
    return span(request_timeout) if chosen else DEFAULT_ANSWER_LIMIT


def took_too_long(limit: float) -> SandboxTimeoutException:
    """Return the exception for a creation that the server did not answer in time."""
    return SandboxTimeoutException(
        f"the server did not answer the creation within {limit:g} s; raise create_timeout. What it still makes is removed once it "
        "answers"
    )


def once(policy: RetryPolicy) -> RetryPolicy:
    """Return the policy of the transport for a creation: one attempt, within the same limit."""
    return dataclasses.replace(policy, max_retries=0, overall_deadline=None, on_retry=None)


def with_token(metadata: Mapping[str, str] | None, token: str | None) -> dict[str, str]:
    """Return the labels of a creation, with the one by which it is found."""
    labels = strings("metadata", metadata)
    if TOKEN_LABEL in labels:
        raise InvalidArgumentException(
            f"metadata has the key {TOKEN_LABEL!r}, which create sets itself; leave it out"
        )
    return labels if token is None else {**labels, TOKEN_LABEL: token}


def may_send_again(failure: SandboxException, *, labelled: bool) -> bool:
    """Return whether a creation may be sent again.

    Without a label only where the server refused it before it did anything: the transport has tried the rest.
    """
    if isinstance(failure, SandboxWakeTimeoutException):
        return False  # that has been waited for already
    known = aftermath(failure)
    if labelled:
        return known is not Aftermath.REFUSED
    return isinstance(failure, SandboxApiException) and known is Aftermath.NOT_BEGUN


def outcome_told(failure: SandboxException, *, labelled: bool) -> SandboxException:
    """Return the exception for a creation that is given up: where it may have made a sandbox, the plain class of an answer.

    Programs that were written for the published package repeat a creation, or do not, by `type(failure).__name__`, and that package
    has no narrower class for a gateway's answer. What to do here is also not what a narrower class says.
    """
    if aftermath(failure) is not Aftermath.UNKNOWN:
        return failure
    if isinstance(failure, SandboxApiException):
        follows = REMOVED if labelled else f"a sandbox may have been made: {LOOK_FIRST}"
        return SandboxApiException(
            f"{failure.args[0]}; {follows}",
            failure,
            failure.status_code,
            failure.error,
            failure.request_id,
            failure.response_body,
            failure.is_retryable,
            method=failure.method,
            path=failure.path,
        )
    if labelled and isinstance(failure, SandboxTimeoutException | SandboxConnectionException):
        text = str(failure.args[0]).replace(LOOK_FIRST, REMOVED)
        return type(failure)(text, failure.__cause__, is_retryable=failure.is_retryable)
    return failure


def wait_before_retry(
    terms: Terms,
    failure: SandboxException,
    attempts: Attempts,
    now: float,
    uniform: Callable[[float, float], float],
) -> float | None:
    """Return the seconds to wait before the next attempt, or `None` to give up."""
    if not may_send_again(failure, labelled=terms.labelled):
        return None
    policy, least = terms.policy, 0.0
    if _is_refused(failure) and not terms.counted and policy.max_retries:
        # The server asks to come back. How often is a matter of the caller's time, and of not asking too soon.
        policy = dataclasses.replace(policy, max_retries=attempts.retries + 1)
        least = backoff(policy, attempts, uniform)
    retry_after = None
    if (
        isinstance(failure, SandboxRateLimitException | SandboxUnavailableException)
        and failure.retry_after is not None
    ):
        retry_after = max(failure.retry_after.total_seconds(), least)
    return next_delay(
        policy,
        Failure(RetryCause.PRE_SEND, retry_after=retry_after),
        attempts,
        method="POST",
        idempotent=True,
        replayable=True,
        remaining=terms.deadline.remaining(now),
        uniform=uniform,
    )


def repeated(failure: SandboxException, attempts: Attempts, delay: float) -> str:
    """Return what a creation that is about to be repeated waits for."""
    what = "lost"
    if isinstance(failure, SandboxApiException):
        what = f"{'refused' if _is_refused(failure) else 'lost'} with {failure.status_code}"
    elif failure.is_retryable:
        what = "not sent"
    return f"the server's answer: attempt {attempts.retries + 1} was {what}, the next begins in {delay:.3g} s"


def event_of(failure: SandboxException, attempts: Attempts, delay: float, url: str) -> RetryEvent:
    """Return what `on_retry` is told about a creation that is about to be repeated."""
    status = failure.status_code if isinstance(failure, SandboxApiException) else None
    cause = RetryCause.PRE_SEND if failure.is_retryable else RetryCause.OPAQUE_TRANSPORT
    return RetryEvent(
        attempt=attempts.retries + 2,
        retries_used=attempts.retries,
        method="POST",
        url=url,
        cause=cause if status is None else RetryCause.for_status(status),
        status_code=status,
        backoff=timedelta(seconds=delay),
        request_id=failure.request_id,
        exception=failure if status is None else None,
    )


def _is_refused(failure: SandboxException) -> bool:
    return isinstance(failure, SandboxApiException) and aftermath(failure) is Aftermath.NOT_BEGUN
