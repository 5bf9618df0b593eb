"""The settings of retries: what they mean, and which are refused."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import pytest

from opensandbox.transport.retry import JitterMode, RetryCause, RetryPolicy, is_idempotent_method


@pytest.mark.parametrize("method", ["GET", "get", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_harmless_methods_are_repeated_after_passing_troubles(method):
    assert is_idempotent_method(method)
    assert RetryPolicy().retryable_statuses_for(method) == {429, 502, 503}


@pytest.mark.parametrize("method", ["POST", "PATCH", "post"])
def test_other_methods_only_after_statuses_that_were_named(method):
    assert not is_idempotent_method(method)
    assert RetryPolicy().retryable_statuses_for(method) == frozenset()
    named = RetryPolicy(retryable_status_codes_non_idempotent={503})
    assert named.retryable_statuses_for(method) == {HTTPStatus.SERVICE_UNAVAILABLE}


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"max_retries": -1}, "max_retries"),
        ({"backoff_multiplier": 0.9}, "backoff_multiplier"),
        ({"initial_backoff": timedelta(seconds=-1)}, "initial_backoff"),
        ({"max_backoff": timedelta(seconds=-1)}, "max_backoff"),
        ({"per_attempt_timeout": timedelta(0)}, "per_attempt_timeout"),
        ({"overall_deadline": timedelta(0)}, "overall_deadline"),
        ({"initial_backoff": 0.5}, r"timedelta\(seconds="),
        ({"max_backoff": None}, "max_backoff"),
    ],
)
def test_impossible_values_are_refused_by_name(bad, word):
    with pytest.raises(ValueError, match=word):
        RetryPolicy(**bad)


@pytest.mark.parametrize(
    ("policy", "does_something"),
    [
        (RetryPolicy(), True),
        (RetryPolicy.disabled(), False),
        (RetryPolicy(max_retries=0, overall_deadline=timedelta(seconds=1)), True),
        (RetryPolicy(max_retries=0, per_attempt_timeout=timedelta(seconds=1)), True),
        (RetryPolicy(max_retries=0, on_retry=print), True),
    ],
)
def test_a_policy_knows_whether_it_does_anything(policy, does_something):
    assert policy.wraps_transport() is does_something


def test_causes_name_the_status_they_know():
    assert RetryCause.for_status(503) is RetryCause.STATUS_503
    assert RetryCause.for_status(418) is RetryCause.STATUS_OTHER
    assert f"{RetryCause.PRE_SEND} {JitterMode.FULL}" == "pre_send full"
