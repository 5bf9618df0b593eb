"""The gate in front of creations, and the back-off after failures."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.pool.limits import Backoff, Gate


def test_gate_without_limits_never_holds_anybody_up():
    gate = Gate(None, None)
    for _ in range(1000):
        assert gate.wait(0.0) == 0.0
        gate.enter()


def test_gate_admits_a_second_worth_at_once_and_then_at_its_rate():
    gate = Gate(4.0, None)
    for _ in range(4):
        assert gate.wait(10.0) == 0.0
        gate.enter()
    assert gate.wait(10.0) == 0.25
    assert gate.wait(10.25) == 0.0


def test_gate_that_is_full_says_that_somebody_must_leave_first():
    gate = Gate(None, 2)
    gate.enter()
    gate.enter()
    assert gate.wait(0.0) == math.inf
    gate.leave()
    assert gate.wait(0.0) == 0.0


@given(
    rate=st.floats(0.1, 200.0),
    pauses=st.lists(st.floats(0.0, 5.0), max_size=60),
)
def test_gate_never_admits_more_than_its_rate_and_one_burst(rate: float, pauses: list[float]):
    gate, now, admitted = Gate(rate, None), 0.0, 0
    for pause in pauses:
        now += pause
        while gate.wait(now) == 0.0:
            gate.enter()
            admitted += 1
        assert admitted <= max(1.0, rate) + now * rate + 1e-6


@given(rate=st.floats(0.1, 200.0), start=st.floats(0.0, 1e6))
def test_whoever_waits_as_told_is_admitted(rate: float, start: float):
    gate, now = Gate(rate, None), start
    for _ in range(300):
        wait = gate.wait(now)
        now += wait * (1 + 1e-9) + (math.ulp(now) if wait else 0.0)
        assert gate.wait(now) == 0.0
        gate.enter()


def test_failures_below_the_threshold_put_nothing_off():
    backoff = Backoff(threshold=3)
    backoff.failed(1.0, 0.0, "no", 0.0)
    backoff.failed(2.0, 1.0, "no", 0.0)
    assert not backoff.degraded
    assert backoff.remaining(2.0) == 0.0


def test_further_failures_put_the_next_attempt_off_ever_longer_up_to_a_cap():
    backoff, now, waits = Backoff(threshold=1, base=1.0, cap=8.0), 0.0, []
    for _ in range(6):
        backoff.failed(now, now, "no", 0.999999999)
        waits.append(round(backoff.remaining(now), 3))
        now += backoff.remaining(now)
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_attempts_that_fail_together_lengthen_the_wait_once():
    backoff = Backoff(threshold=1)
    for _ in range(10):
        backoff.failed(5.0, 0.0, "no", 0.0)
    assert backoff.failures == 10
    assert backoff.remaining(5.0) == 0.5


def test_members_do_not_try_again_all_at_one_moment():
    waits = set()
    for chance in (0.0, 0.3, 0.9):
        backoff = Backoff(threshold=1)
        backoff.failed(0.0, 0.0, "no", chance)
        waits.add(backoff.remaining(0.0))
    assert len(waits) == 3


def test_server_that_says_when_to_come_back_is_believed_within_the_cap():
    backoff = Backoff(threshold=5, cap=60.0)
    backoff.failed(0.0, 0.0, "slow down", 0.0, retry_after=7.0)
    assert backoff.remaining(0.0) == 7.0
    backoff.failed(0.0, 0.0, "slow down", 0.0, retry_after=3600.0)
    assert backoff.remaining(0.0) == 60.0


def test_success_ends_the_back_off():
    backoff = Backoff(threshold=1)
    backoff.failed(0.0, 0.0, "no", 0.0)
    backoff.succeeded()
    assert (backoff.degraded, backoff.remaining(0.0), backoff.last_error, backoff.failures) == (
        False,
        0.0,
        None,
        0,
    )
