"""What both halves of each pair in `opensandbox._concurrency.pairs` do."""

from __future__ import annotations

import logging
from contextvars import ContextVar

import pytest

from opensandbox._concurrency.background import async_finish_or_undo, async_in_background
from opensandbox._concurrency.pairs import (
    AsyncEvent,
    AsyncLock,
    AsyncWorker,
    async_gather_bounded,
    async_gather_outcomes,
    async_scope_key,
    async_sleep,
    async_together,
    async_with_deadline,
    monotonic,
)
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

PATIENCE = 10.0


async def test_lock_keeps_others_out_until_it_is_released() -> None:
    lock, release, steps = AsyncLock(), AsyncEvent(), []

    async def holder() -> None:
        async with lock:
            steps.append("held")
            await release.wait_for(PATIENCE)
            steps.append("released")

    async def follower() -> None:
        steps.append("asked")
        async with lock:
            steps.append("followed")

    first = AsyncWorker(holder, "holder")
    await async_until(lambda: "held" in steps)
    second = AsyncWorker(follower, "follower")
    await async_until(lambda: "asked" in steps)
    assert not await second.join(0.02)
    release.set()

    assert await first.join(PATIENCE)
    assert await second.join(PATIENCE)
    assert steps == ["held", "asked", "released", "followed"]


async def test_event_is_waited_for() -> None:
    event, seen = AsyncEvent(), list[bool]()
    assert not await event.wait_for(0.0)
    assert not await event.wait_for(0.02)

    async def watch() -> None:
        seen.append(await event.wait_for(None))

    worker = AsyncWorker(watch, "watcher")
    event.set()

    assert await worker.join(PATIENCE)
    assert seen == [True]
    assert await event.wait_for(0.0)
    event.clear()
    assert not await event.wait_for(0.0)


async def test_worker_is_alive_until_its_target_returns() -> None:
    stop = AsyncEvent()

    async def target() -> None:
        await stop.wait_for(None)

    worker = AsyncWorker(target, "worker")
    assert worker.alive
    assert not await worker.join(0.02)
    stop.set()

    assert await worker.join(PATIENCE)
    assert await worker.join(0.0)
    assert not worker.alive
    assert worker.error is None


async def test_failure_of_a_worker_is_logged_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    failure = ValueError("broken")

    async def target() -> None:
        raise failure

    worker = AsyncWorker(target, "reconciler of pool p")

    assert await worker.join(PATIENCE)
    assert worker.error is failure
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == "reconciler of pool p failed"


async def test_worker_cannot_join_itself() -> None:
    workers = list[AsyncWorker]()
    ready = AsyncEvent()

    async def target() -> None:
        await ready.wait_for(None)
        await workers[0].join(None)

    workers.append(AsyncWorker(target, "worker"))
    ready.set()

    assert await workers[0].join(PATIENCE)
    assert str(workers[0].error) == "a worker cannot join itself"


async def test_worker_sees_the_context_of_its_maker() -> None:
    request: ContextVar[str] = ContextVar("request", default="none")
    seen = list[str]()

    async def target() -> None:
        seen.append(request.get())

    request.set("r-1")
    assert await AsyncWorker(target, "worker").join(PATIENCE)
    assert seen == ["r-1"]


async def test_sleep_takes_its_time_and_never_a_negative_one() -> None:
    start = monotonic()
    await async_sleep(0.02)
    assert monotonic() - start >= 0.019
    await async_sleep(-1.0)


async def test_block_within_its_deadline_is_left_alone() -> None:
    async with async_with_deadline(PATIENCE):
        await async_sleep(0.0)
    async with async_with_deadline(None):
        await async_sleep(0.0)


async def test_scope_is_one_object() -> None:
    assert async_scope_key() is async_scope_key()


async def test_gathered_results_keep_the_order_of_the_items() -> None:
    async def call(delay: float) -> float:
        await async_sleep(delay)
        return delay

    assert await async_gather_bounded(call, [0.03, 0.01, 0.0], 3) == [0.03, 0.01, 0.0]
    assert await async_gather_bounded(call, [0.0], 3) == [0.0]
    assert await async_gather_bounded(call, [], 3) == []


@pytest.mark.parametrize("limit", [1, 2, 5])
async def test_gather_runs_no_more_than_its_limit_at_once(limit: int) -> None:
    running, peaks, mutex, full = list[int](), list[int](), AsyncLock(), AsyncEvent()

    async def call(item: int) -> None:
        async with mutex:
            running.append(item)
            peaks.append(len(running))
            if len(running) == limit:
                full.set()
        await full.wait_for(PATIENCE)
        await async_sleep(0.01)
        async with mutex:
            running.remove(item)

    await async_gather_bounded(call, range(8), limit)
    assert len(peaks) == 8
    assert max(peaks) == limit


@pytest.mark.parametrize("limit", [1, 2])
async def test_first_failure_of_a_gather_is_raised_and_the_rest_not_begun(limit: int) -> None:
    begun, failure = list[int](), ValueError("third")

    async def call(item: int) -> None:
        begun.append(item)
        if item == 2:
            raise failure
        await async_sleep(0.01)

    with pytest.raises(ValueError, match="third") as raised:
        await async_gather_bounded(call, range(50), limit)
    assert raised.value is failure
    assert 2 in begun
    assert len(begun) < 10


async def test_gather_refuses_a_limit_below_one() -> None:
    async def call(item: int) -> None:
        pytest.fail("called")

    with pytest.raises(ValueError, match="limit must be 1 or more, not 0"):
        await async_gather_bounded(call, [1], 0)


async def test_outcomes_hold_results_and_failures() -> None:
    failure = ValueError("odd")

    async def call(item: int) -> int:
        if item % 2:
            raise failure
        return item * 10

    assert await async_gather_outcomes(call, range(4), 2) == [0, failure, 20, failure]


@pytest.mark.parametrize("swapped", [False, True])
async def test_two_calls_run_at_once_whichever_waits_for_the_other(swapped: bool) -> None:
    here, there = AsyncEvent(), AsyncEvent()

    async def asks() -> bool:
        here.set()
        return await there.wait_for(PATIENCE)

    async def answers() -> bool:
        heard = await here.wait_for(PATIENCE)
        there.set()
        return heard

    calls = (answers, asks) if swapped else (asks, answers)
    assert await async_together(*calls) == (True, True)


async def test_a_failure_of_one_of_two_calls_does_not_end_the_other() -> None:
    failure = ValueError("refused")

    async def fails() -> str:
        raise failure

    async def succeeds() -> str:
        await async_sleep(0.01)
        return "made"

    assert await async_together(fails, succeeds) == (failure, "made")
    assert await async_together(succeeds, fails) == ("made", failure)


async def test_what_must_finish_returns_its_result() -> None:
    async def operation() -> str:
        return "made"

    async def undo(result: str) -> None:
        pytest.fail("undone")

    assert await async_finish_or_undo(operation, undo, PATIENCE) == "made"


async def test_what_must_finish_raises_its_failure() -> None:
    async def operation() -> str:
        raise ValueError("refused")

    async def undo(result: str) -> None:
        pytest.fail("undone")

    with pytest.raises(ValueError, match="refused"):
        await async_finish_or_undo(operation, undo, PATIENCE)


async def test_failure_in_the_background_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def operation() -> None:
        raise ValueError("no such sandbox")

    async_in_background(operation, PATIENCE)
    await async_until(lambda: caplog.records)

    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "no such sandbox" in caplog.text
