"""The driver that cancels at every wait: what it counts, and what it lets pass."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.cancellation import When, cancelled_at_every_wait

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("when", When)
async def test_each_wait_is_cut_once_and_the_last_run_completes(when: When) -> None:
    async def operation() -> list[int]:
        steps.append(1)
        await asyncio.sleep(0)
        steps.append(2)
        await asyncio.sleep(0.001)
        steps.append(3)
        return steps

    reached, results = [], []
    steps: list[int] = []
    async for run in cancelled_at_every_wait(operation, when):
        reached.append(len(steps))
        results.append(run.result)
        steps = []

    assert reached == [1, 2, 3]
    assert results == [None, None, [1, 2, 3]]


async def test_cancellation_comes_while_the_wait_lasts_or_when_it_is_over() -> None:
    async def operation() -> None:
        future = asyncio.get_running_loop().create_future()
        futures.append(future)
        asyncio.get_running_loop().call_soon(lambda: future.done() or future.set_result("came"))
        await future

    futures: list[asyncio.Future[str]] = []
    [_ async for _ in cancelled_at_every_wait(operation, When.BEGUN)]
    assert [future.cancelled() for future in futures] == [True, False]
    futures.clear()
    runs = [run async for run in cancelled_at_every_wait(operation, When.OVER)]
    assert [future.cancelled() for future in futures] == [False, False]
    assert [run.cancelled for run in runs] == [True, False]


async def test_waits_of_tasks_that_were_started_count_and_their_end_is_awaited() -> None:
    async def child() -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        ended.append(True)

    async def operation() -> None:
        await asyncio.shield(asyncio.ensure_future(child()))

    ended: list[bool] = []
    runs = [run async for run in cancelled_at_every_wait(operation)]

    assert [run.cancelled for run in runs] == [True, True, True, False]
    assert len(ended) == 4


async def test_second_cancellation_hits_what_the_first_one_set_off() -> None:
    async def operation() -> None:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            cleaned.append(True)
            raise

    cleaned: list[bool] = []
    [_ async for _ in cancelled_at_every_wait(operation)]
    assert cleaned == [True]
    cleaned.clear()
    [_ async for _ in cancelled_at_every_wait(operation, again=1)]
    assert cleaned == []


async def test_failure_is_told() -> None:
    async def operation() -> None:
        await asyncio.sleep(0)
        raise ValueError("refused")

    *_, last = [run async for run in cancelled_at_every_wait(operation)]
    assert isinstance(last.failure, ValueError)


async def test_exception_that_nobody_looks_at_is_a_failure() -> None:
    async def child() -> None:
        raise ValueError("lost")

    async def operation() -> None:
        task = asyncio.ensure_future(child())
        await asyncio.sleep(0)
        assert task.done()

    with pytest.raises(AssertionError, match="wait="):
        [_ async for _ in cancelled_at_every_wait(operation)]
