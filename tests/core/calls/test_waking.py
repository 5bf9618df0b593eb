"""Which answers say that a sandbox is still asleep, and how long that is waited for."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opensandbox._core.calls.waking import may_wait, still_asleep, wake_wait
from opensandbox.exceptions import SandboxApiException, SandboxWakeTimeoutException
from opensandbox.transport import RetryPolicy

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "value", "expected"),
    [
        (503, "expired", True),
        (503, " expired ", True),
        (503, "Expired", False),
        (503, "pending", False),
        (503, None, False),
        (502, "expired", False),
        (429, "expired", False),
        (200, "expired", False),
    ],
)
def test_only_a_503_with_the_marker_says_so(status: int, value: str | None, expected: bool) -> None:
    headers = {} if value is None else {"OpenSandbox-Wake": value}
    assert still_asleep(status, headers) is expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 1.0),
        ("soon", 1.0),
        ("0.3", 1.0),
        ("0", 0.0),
        ("-5", 0.0),
        ("7", 7.0),
        ("86400", 60.0),
        ("Fri, 02 Jan 2026 03:04:15 GMT", 10.0),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 0.0),
    ],
)
def test_the_answer_says_how_long_to_wait(value: str | None, seconds: float) -> None:
    assert wake_wait({} if value is None else {"Retry-After": value}, NOW) == seconds


LIMITS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {"answers": 4}, True),
    ({}, {"answers": 5}, False),
    ({"wake_max_attempts": 1}, {"answers": 1}, False),
    ({}, {"waited": 58.0, "wait": 1.0}, True),
    ({}, {"waited": 59.5, "wait": 1.0}, False),
    ({}, {"wait": 60.0}, False),
    ({"wake_overall_deadline": None}, {"waited": 3600.0, "wait": 60.0}, True),
    ({}, {"wait": 5.0, "remaining": 4.0}, False),
    ({}, {"wait": 5.0, "remaining": 6.0}, True),
]


@pytest.mark.parametrize(("policy", "case", "expected"), LIMITS)
def test_a_wait_that_outlasts_a_limit_is_not_begun(
    policy: dict[str, Any], case: dict[str, Any], expected: bool
) -> None:
    situation = {"answers": 1, "waited": 0.0, "wait": 0.0, "remaining": None, **case}
    assert may_wait(RetryPolicy(**policy), **situation) is expected


def test_the_exception_says_how_often_and_how_long() -> None:
    failure = SandboxWakeTimeoutException("m", attempts=5, waited=timedelta(seconds=4), response_body=b"{}")
    assert isinstance(failure, SandboxApiException)
    again = pickle.loads(pickle.dumps(failure))
    assert (again.attempts, again.waited, again.status_code) == (5, timedelta(seconds=4), 503)
    assert (again.code, again.is_retryable, again.response_body) == ("WAKE_TIMEOUT", False, b"{}")
    assert SandboxWakeTimeoutException().waited == timedelta(0)


def test_a_policy_without_retries_still_waits_and_a_disabled_one_does_not() -> None:
    assert RetryPolicy(max_retries=0).wraps_transport()
    assert not RetryPolicy.disabled().wraps_transport()
    with pytest.raises(ValueError, match="wake_max_attempts must be 1 or more, got 0"):
        RetryPolicy(wake_max_attempts=0)
    with pytest.raises(ValueError, match="wake_overall_deadline must be more than zero"):
        RetryPolicy(wake_overall_deadline=timedelta(0))
