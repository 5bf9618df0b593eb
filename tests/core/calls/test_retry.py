"""The decision to try again, as a table."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.calls.retry import (
    MAX_RETRY_AFTER,
    Attempts,
    Failure,
    backoff,
    next_delay,
    parse_retry_after,
)
from opensandbox.transport.retry import JitterMode, RetryCause, RetryPolicy

UNAVAILABLE = Failure(RetryCause.STATUS_503, 503)
REFUSED = Failure(RetryCause.PRE_SEND)
CUT = Failure(RetryCause.UNEXPECTED_EOF)


def decide(
    failure, *, policy=None, method="GET", attempts=None, idempotent=None, replayable=True, remaining=None
):
    return next_delay(
        policy or RetryPolicy(),
        failure,
        attempts or Attempts(),
        method=method,
        idempotent=idempotent,
        replayable=replayable,
        remaining=remaining,
        uniform=lambda low, high: (low + high) / 2,
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("status", [429, 502, 503])
def test_idempotent_methods_repeat_what_was_not_begun(method, status):
    assert decide(Failure(RetryCause.for_status(status), status), method=method) == 0.5


@pytest.mark.parametrize("status", [400, 404, 408, 409, 425, 500, 501, 504, 520])
def test_other_statuses_are_final(status):
    assert decide(Failure(RetryCause.for_status(status), status)) is None


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_have_happened_is_not_repeated(method):
    for failure in (UNAVAILABLE, CUT, Failure(RetryCause.READ_TIMEOUT), Failure(RetryCause.OPAQUE_TRANSPORT)):
        assert decide(failure, method=method) is None


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_what_was_never_sent_is_repeated(method):
    assert decide(REFUSED, method=method) == 0.5


def test_an_operation_that_is_idempotent_is_repeated_whatever_its_method():
    assert decide(CUT, method="POST", idempotent=True) == 0.5
    assert decide(UNAVAILABLE, method="POST", idempotent=True) == 0.5
    assert decide(CUT, method="GET", idempotent=False) is None


def test_a_caller_can_opt_in_to_repeating_posts():
    policy = RetryPolicy(retryable_status_codes_non_idempotent=frozenset({HTTPStatus.SERVICE_UNAVAILABLE}))
    assert decide(UNAVAILABLE, policy=policy, method="POST") == 0.5


def test_a_body_that_can_be_read_once_is_sent_again_once_and_only_if_nothing_was_sent():
    assert decide(REFUSED, replayable=False) == 0.5
    assert decide(REFUSED, replayable=False, attempts=Attempts(1, 0.5)) is None
    assert decide(UNAVAILABLE, replayable=False) is None


def test_retries_are_counted():
    policy = RetryPolicy(max_retries=2)
    assert decide(REFUSED, policy=policy, attempts=Attempts(1, 0.5)) is not None
    assert decide(REFUSED, policy=policy, attempts=Attempts(2, 0.5)) is None
    assert decide(REFUSED, policy=RetryPolicy.disabled()) is None


def test_a_wait_that_outlasts_the_deadline_is_not_begun():
    assert decide(REFUSED, remaining=0.6) == 0.5
    assert decide(REFUSED, remaining=0.5) is None
    assert decide(Failure(RetryCause.STATUS_429, 429, retry_after=20.0), remaining=10.0) is None


def test_the_server_names_the_wait_within_reason():
    assert decide(Failure(RetryCause.STATUS_429, 429, retry_after=7.0)) == 7.0
    assert decide(Failure(RetryCause.STATUS_429, 429, retry_after=86400.0)) == MAX_RETRY_AFTER
    assert decide(Failure(RetryCause.STATUS_429, 429, retry_after=0.0)) == 0.0


def test_without_jitter_waits_double():
    policy = RetryPolicy(jitter=JitterMode.NONE, max_backoff=timedelta(seconds=3))
    assert [backoff(policy, Attempts(n), max) for n in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]


@given(
    retries=st.integers(0, 5000),
    last=st.floats(0, 1e6),
    jitter=st.sampled_from(list(JitterMode)),
    where=st.floats(0, 1),
)
def test_no_wait_exceeds_the_maximum(retries, last, jitter, where):
    policy = RetryPolicy(jitter=jitter)
    wait = backoff(policy, Attempts(retries, last), lambda low, high: low + (high - low) * where)
    assert 0.0 <= wait <= 30.0


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("3", 3.0),
        (" 3 ", 3.0),
        ("0", 0.0),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("Thu, 01 Jan 2026 00:00:10 GMT", 10.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("Thu, 01 Jan 2026 00:00:10", 10.0),
        ("³", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, expected):
    assert parse_retry_after(header, NOW) == expected
