# Generated from tests/_async/net/test_concurrency.py by scripts/unasync.py. Do not edit.
"""What both halves of each pair in `opensandbox._concurrency.pairs` do."""

from __future__ import annotations

import logging
from contextvars import ContextVar

import pytest

from opensandbox._concurrency.background import finish_or_undo, in_background
from opensandbox._concurrency.pairs import (
    Event,
    Lock,
    Worker,
    gather_bounded,
    gather_outcomes,
    monotonic,
    scope_key,
    sleep,
    together,
    with_deadline,
)
from tests.support.waiting import until

PATIENCE = 10.0


def test_lock_keeps_others_out_until_it_is_released() -> None:
    lock, release, steps = Lock(), Event(), []

    def holder() -> None:
        with lock:
            steps.append("held")
            release.wait_for(PATIENCE)
            steps.append("released")

    def follower() -> None:
        steps.append("asked")
        with lock:
            steps.append("followed")

    first = Worker(holder, "holder")
    until(lambda: "held" in steps)
    second = Worker(follower, "follower")
    until(lambda: "asked" in steps)
    assert not second.join(0.02)
    release.set()

    assert first.join(PATIENCE)
    assert second.join(PATIENCE)
    assert steps == ["held", "asked", "released", "followed"]


def test_event_is_waited_for() -> None:
    event, seen = Event(), list[bool]()
    assert not event.wait_for(0.0)
    assert not event.wait_for(0.02)

    def watch() -> None:
        seen.append(event.wait_for(None))

    worker = Worker(watch, "watcher")
    event.set()

    assert worker.join(PATIENCE)
    assert seen == [True]
    assert event.wait_for(0.0)
    event.clear()
    assert not event.wait_for(0.0)


def test_worker_is_alive_until_its_target_returns() -> None:
    stop = Event()

    def target() -> None:
        stop.wait_for(None)

    worker = Worker(target, "worker")
    assert worker.alive
    assert not worker.join(0.02)
    stop.set()

    assert worker.join(PATIENCE)
    assert worker.join(0.0)
    assert not worker.alive
    assert worker.error is None


def test_failure_of_a_worker_is_logged_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    failure = ValueError("broken")

    def target() -> None:
        raise failure

    worker = Worker(target, "reconciler of pool p")

    assert worker.join(PATIENCE)
    assert worker.error is failure
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "reconciler of pool p failed"


def test_worker_cannot_join_itself() -> None:
    workers = list[Worker]()
    ready = Event()

    def target() -> None:
        ready.wait_for(None)
        workers[0].join(None)

    workers.append(Worker(target, "worker"))
    ready.set()

    assert workers[0].join(PATIENCE)
    assert str(workers[0].error) == "a worker cannot join itself"


def test_worker_sees_the_context_of_its_maker() -> None:
    request: ContextVar[str] = ContextVar("request", default="none")
    seen = list[str]()

    def target() -> None:
        seen.append(request.get())

    request.set("r-1")
    assert Worker(target, "worker").join(PATIENCE)
    assert seen == ["r-1"]


def test_sleep_takes_its_time_and_never_a_negative_one() -> None:
    start = monotonic()
    sleep(0.02)
    assert monotonic() - start >= 0.019
    sleep(-1.0)


def test_block_within_its_deadline_is_left_alone() -> None:
    with with_deadline(PATIENCE):
        sleep(0.0)
    with with_deadline(None):
        sleep(0.0)


def test_scope_is_one_object() -> None:
    assert scope_key() is scope_key()


def test_gathered_results_keep_the_order_of_the_items() -> None:
    def call(delay: float) -> float:
        sleep(delay)
        return delay

    assert gather_bounded(call, [0.03, 0.01, 0.0], 3) == [0.03, 0.01, 0.0]
    assert gather_bounded(call, [0.0], 3) == [0.0]
    assert gather_bounded(call, [], 3) == []


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_gather_runs_no_more_than_its_limit_at_once(limit: int) -> None:
    running, peaks, mutex, full = list[int](), list[int](), Lock(), Event()

    def call(item: int) -> None:
        with mutex:
            running.append(item)
            peaks.append(len(running))
            if len(running) == limit:
                full.set()
        full.wait_for(PATIENCE)
        sleep(0.01)
        with mutex:
            running.remove(item)

    gather_bounded(call, range(8), limit)
    assert len(peaks) == 8
    assert max(peaks) == limit


@pytest.mark.parametrize("limit", [1, 2])
def test_first_failure_of_a_gather_is_raised_and_the_rest_not_begun(limit: int) -> None:
    begun, failure = list[int](), ValueError("third")

    def call(item: int) -> None:
        begun.append(item)
        if item == 2:
            raise failure
        sleep(0.01)

    with pytest.raises(ValueError, match="third") as raised:
        gather_bounded(call, range(50), limit)
    assert raised.value is failure
    assert 2 in begun
    assert len(begun) < 10


def test_gather_refuses_a_limit_below_one() -> None:
    def call(item: int) -> None:
        pytest.fail("called")

    with pytest.raises(ValueError, match="limit must be 1 or more, not 0"):
        gather_bounded(call, [1], 0)


def test_outcomes_hold_results_and_failures() -> None:
    failure = ValueError("odd")

    def call(item: int) -> int:
        if item % 2:
            raise failure
        return item * 10

    assert gather_outcomes(call, range(4), 2) == [0, failure, 20, failure]


@pytest.mark.parametrize("swapped", [False, True])
def test_two_calls_run_at_once_whichever_waits_for_the_other(swapped: bool) -> None:
    here, there = Event(), Event()

    def asks() -> bool:
        here.set()
        return there.wait_for(PATIENCE)

    def answers() -> bool:
        heard = here.wait_for(PATIENCE)
        there.set()
        return heard

    calls = (answers, asks) if swapped else (asks, answers)
    assert together(*calls) == (True, True)


def test_a_failure_of_one_of_two_calls_does_not_end_the_other() -> None:
    failure = ValueError("refused")

    def fails() -> str:
        raise failure

    def succeeds() -> str:
        sleep(0.01)
        return "made"

    assert together(fails, succeeds) == (failure, "made")
    assert together(succeeds, fails) == ("made", failure)


def test_what_must_finish_returns_its_result() -> None:
    def operation() -> str:
        return "made"

    def undo(result: str) -> None:
        pytest.fail("undone")

    assert finish_or_undo(operation, undo, PATIENCE) == "made"


def test_what_must_finish_raises_its_failure() -> None:
    def operation() -> str:
        raise ValueError("refused")

    def undo(result: str) -> None:
        pytest.fail("undone")

    with pytest.raises(ValueError, match="refused"):
        finish_or_undo(operation, undo, PATIENCE)


def test_failure_in_the_background_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def operation() -> None:
        raise ValueError("no such sandbox")

    in_background(operation, PATIENCE)
    until(lambda: caplog.records)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "no such sandbox" in caplog.text
