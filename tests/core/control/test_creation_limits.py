"""How long the answer to a creation may take, and which refusals are answered by sending it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opensandbox._core.arguments import plain_function
from opensandbox._core.calls.failures import LOOK_FIRST
from opensandbox._core.calls.retry import Attempts
from opensandbox._core.control.creation import (
    DEFAULT_ANSWER_LIMIT,
    SEARCH_PAUSES,
    SEEN_THROUGH,
    TOKEN_LABEL,
    Terms,
    answer_limit,
    may_send_again,
    outcome_told,
    took_too_long,
    wait_before_retry,
    with_token,
)
from opensandbox._core.deadlines import Deadline
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxRateLimitException,
    SandboxTimeoutException,
    SandboxUnavailableException,
)
from opensandbox.transport.retry import JitterMode, RetryPolicy


@pytest.mark.parametrize(
    ("create_timeout", "chosen", "expected"),
    [
        (None, False, DEFAULT_ANSWER_LIMIT),
        (None, True, 30.0),
        (timedelta(seconds=7), False, 7.0),
        (7, True, 7.0),
    ],
)
def test_the_first_limit_that_was_set_counts(
    create_timeout: timedelta | float | None, chosen: bool, expected: float
) -> None:
    assert answer_limit(create_timeout, timedelta(seconds=30), chosen=chosen) == expected


@pytest.mark.parametrize("value", [0, -1, float("nan")])
def test_a_limit_that_makes_no_sense_is_refused(value: float) -> None:
    with pytest.raises(InvalidArgumentException, match="create_timeout"):
        answer_limit(value, timedelta(seconds=30), chosen=False)


BUSY = SandboxUnavailableException("busy", status_code=503)
BUSY.retry_after = timedelta(seconds=7)
LOST = SandboxUnavailableException(f"lost; {LOOK_FIRST}", status_code=504)
CUT = SandboxConnectionException(f"cut; {LOOK_FIRST}")
UNREACHABLE = SandboxConnectionException("refused", is_retryable=True)
NEVER_SENT = SandboxConnectionException("this certificate is not trusted")
NEVER_SENT._sent = False


@pytest.mark.parametrize(
    ("failure", "labelled", "unlabelled"),
    [
        (SandboxRateLimitException("busy"), True, True),
        (BUSY, True, True),
        (SandboxUnavailableException("lost", status_code=502), True, False),
        (LOST, True, False),
        (CUT, True, False),
        (UNREACHABLE, True, False),  # the transport has tried that
        (NEVER_SENT, False, False),
        (SandboxApiException("broken", status_code=500), False, False),
        (InvalidArgumentException("wrong"), False, False),
    ],
    ids=repr,
)
def test_what_is_sent_again(failure: SandboxException, labelled: bool, unlabelled: bool) -> None:
    assert may_send_again(failure, labelled=True) is labelled
    assert may_send_again(failure, labelled=False) is unlabelled


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (SandboxUnavailableException("lost", status_code=502), SandboxApiException),
        (LOST, SandboxApiException),
        (BUSY, SandboxUnavailableException),
        (SandboxRateLimitException("busy", status_code=429), SandboxRateLimitException),
        (CUT, SandboxConnectionException),
        (SandboxTimeoutException("silent"), SandboxTimeoutException),
    ],
    ids=repr,
)
def test_an_unknown_outcome_is_told_by_the_plain_class(
    failure: SandboxException, kind: type[SandboxException]
) -> None:
    for labelled in (True, False):
        assert type(outcome_told(failure, labelled=labelled)) is kind


def test_whether_to_look_is_told() -> None:
    for failure in (LOST, CUT):
        found = str(outcome_told(failure, labelled=True))
        assert "what it may have made is removed" in found
        assert LOOK_FIRST in str(outcome_told(failure, labelled=False))
    assert LOOK_FIRST not in str(outcome_told(CUT, labelled=True))


@pytest.mark.parametrize(
    ("failure", "retries", "counted", "expected"),
    [
        (BUSY, 0, True, 7.0),
        (BUSY, 2, True, 7.0),
        (BUSY, 3, True, None),
        (BUSY, 2, False, 7.0),
        (BUSY, 30, False, 30.0),  # not too soon either
        (LOST, 3, False, None),
        (UNREACHABLE, 3, False, None),
        (NEVER_SENT, 0, False, None),
    ],
    ids=str,
)
def test_refusals_are_bounded_by_time_and_all_else_by_the_policy(
    failure: SandboxException, retries: int, counted: bool, expected: float | None
) -> None:
    policy = RetryPolicy(initial_backoff=timedelta(seconds=1), jitter=JitterMode.NONE)
    terms = Terms(policy, Deadline(1000.0), labelled=True, counted=counted)
    attempts = Attempts(retries, 0.0)
    assert wait_before_retry(terms, failure, attempts, 0.0, lambda low, high: high) == expected


def test_a_refusal_outlasts_neither_the_time_nor_a_policy_that_is_disabled() -> None:
    def wait(policy: RetryPolicy, left: float) -> float | None:
        terms = Terms(policy, Deadline(left), labelled=True, counted=False)
        return wait_before_retry(terms, BUSY, Attempts(), 0.0, lambda low, high: high)

    assert wait(RetryPolicy(), 8.0) == 7.0
    assert wait(RetryPolicy(), 6.0) is None
    assert wait(RetryPolicy.disabled(), 8.0) is None


def test_the_label_is_the_clients_own() -> None:
    assert with_token(None, None) == {}
    assert with_token({"a": "b"}, "t") == {"a": "b", TOKEN_LABEL: "t"}
    with pytest.raises(InvalidArgumentException, match="leave it out"):
        with_token({TOKEN_LABEL: "b"}, None)


async def awaited(progress: object) -> None:
    raise NotImplementedError


@pytest.mark.parametrize("wrong", [awaited, "show", 1])
def test_progress_is_told_to_a_plain_function(wrong: object) -> None:
    plain_function("progress", None)
    plain_function("progress", print)
    with pytest.raises(InvalidArgumentException, match="progress must be a plain function, not"):
        plain_function("progress", wrong)


def test_the_way_out_is_named() -> None:
    assert "raise create_timeout" in str(took_too_long(0.5))


def test_what_was_lost_is_looked_for_as_long_as_a_creation_is_seen_through() -> None:
    assert sum(SEARCH_PAUSES) == SEEN_THROUGH
    assert list(SEARCH_PAUSES) == sorted(SEARCH_PAUSES)
