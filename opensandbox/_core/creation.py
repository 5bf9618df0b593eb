"""What to do after a failed creation: it cannot be repeated blindly, because each one that arrives makes a sandbox."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from opensandbox._core.deadlines import seconds
from opensandbox._core.retry import Attempts, Failure, next_delay
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxRateLimitException,
    SandboxTimeoutException,
    SandboxUnavailableException,
)
from opensandbox.transport.retry import RetryCause, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

DEFAULT_ANSWER_LIMIT: Final = 300.0
"""Seconds for the answer to a creation: servers answer when the image was pulled and the sandbox has started."""

SEEN_THROUGH: Final = 300.0
"""Seconds that a creation whose caller has given up is waited for, so that what it makes can be removed."""

TOKEN_LABEL: Final = "opensandbox-client-token"  # noqa: S105 - a label, not a secret
"""The label by which a creation with `retry` finds what an earlier attempt of its own made."""


class Aftermath(Enum):
    """What is known of a creation that failed."""

    REFUSED = "the server said no: repeating changes nothing"
    NOT_BEGUN = "it did not happen, and may be repeated"
    UNKNOWN = "it may have happened: look before repeating it"


def aftermath(failure: SandboxException) -> Aftermath:
    """Return what a failure tells about whether the server made a sandbox."""
    if isinstance(failure, SandboxApiException):
        if failure.status_code in (429, 503):
            return Aftermath.NOT_BEGUN
        # A success that cannot be read, or a gateway that lost its server, has a sandbox behind it more often than not.
        status = failure.status_code or 0
        lost = status < 300 or status in (408, 502, 504) or status >= 520
        return Aftermath.UNKNOWN if lost else Aftermath.REFUSED
    if isinstance(failure, SandboxTimeoutException | SandboxConnectionException):
        return Aftermath.NOT_BEGUN if failure.is_retryable else Aftermath.UNKNOWN
    return Aftermath.REFUSED


def answer_limit(
    create_timeout: timedelta | float | None, request_timeout: timedelta, *, chosen: bool
) -> float:
    """Return the seconds within which the server has to answer a creation.

    A `request_timeout` that the caller has `chosen` counts where there is no `create_timeout`, as in the published package.
    """
    if create_timeout is not None:
        return seconds("create_timeout", create_timeout, positive=True)
    return request_timeout.total_seconds() if chosen else DEFAULT_ANSWER_LIMIT


def took_too_long(limit: float) -> SandboxTimeoutException:
    """Return the exception for a creation that the server did not answer in time."""
    return SandboxTimeoutException(
        f"the server did not answer the creation within {limit:g} s; raise create_timeout. What it still makes is removed once it "
        "answers"
    )


def may_send_again(failure: SandboxException) -> bool:
    """Return whether a creation without a label may be sent again: the server refused it before it did anything."""
    return isinstance(failure, SandboxApiException) and aftermath(failure) is Aftermath.NOT_BEGUN


def outcome_told(failure: SandboxException) -> SandboxException:
    """Return the exception for a creation without a label: where it may have made a sandbox, the plain class of an answer.

    Programs that were written for the published package repeat a creation, or do not, by `type(failure).__name__`, and that package
    has no narrower class for a gateway's answer. What to do here is also not what a narrower class says: look first, then repeat.
    """
    if not isinstance(failure, SandboxUnavailableException) or aftermath(failure) is not Aftermath.UNKNOWN:
        return failure
    return SandboxApiException(
        f"{failure.args[0]}; a sandbox may have been made: look before repeating it, or pass `retry` to create",
        failure,
        failure.status_code,
        failure.error,
        failure.request_id,
        failure.response_body,
        failure.is_retryable,
        method=failure.method,
        path=failure.path,
    )


def wait_before_retry(
    policy: RetryPolicy,
    failure: SandboxException,
    attempts: Attempts,
    remaining: float | None,
    uniform: Callable[[float, float], float],
) -> float | None:
    """Return the seconds to wait before the next attempt, or `None` to give up."""
    retry_after = None
    if (
        isinstance(failure, SandboxRateLimitException | SandboxUnavailableException)
        and failure.retry_after is not None
    ):
        retry_after = failure.retry_after.total_seconds()
    return next_delay(
        policy,
        Failure(RetryCause.PRE_SEND, retry_after=retry_after),
        attempts,
        method="POST",
        idempotent=True,
        replayable=True,
        remaining=remaining,
        uniform=uniform,
    )
