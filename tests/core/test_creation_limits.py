"""How long the answer to a creation may take, and which refusals are answered by sending it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from opensandbox._core.creation import (
    DEFAULT_ANSWER_LIMIT,
    answer_limit,
    may_send_again,
    outcome_told,
    took_too_long,
)
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxRateLimitException,
    SandboxUnavailableException,
)


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


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        (SandboxRateLimitException("busy"), True),
        (SandboxUnavailableException("busy", status_code=503), True),
        (SandboxUnavailableException("lost", status_code=502), False),
        (SandboxUnavailableException("lost", status_code=504), False),
        (SandboxApiException("broken", status_code=500), False),
        (SandboxConnectionException("refused", is_retryable=True), False),  # the transport has tried that
    ],
)
def test_only_what_was_refused_before_it_began_is_sent_again(failure: SandboxException, again: bool) -> None:
    assert may_send_again(failure) is again


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (SandboxUnavailableException("lost", status_code=502), SandboxApiException),
        (SandboxUnavailableException("lost", status_code=504), SandboxApiException),
        (SandboxUnavailableException("busy", status_code=503), SandboxUnavailableException),
        (SandboxRateLimitException("busy", status_code=429), SandboxRateLimitException),
        (SandboxConnectionException("broken"), SandboxConnectionException),
    ],
)
def test_an_unknown_outcome_is_told_by_the_plain_class(
    failure: SandboxException, kind: type[SandboxException]
) -> None:
    told = outcome_told(failure)
    assert type(told) is kind
    assert told is failure or told.__cause__ is failure


def test_the_way_out_is_named() -> None:
    assert "raise create_timeout" in str(took_too_long(0.5))
