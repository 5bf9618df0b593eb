"""Tasks that outlast the end of their event loop, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from opensandbox._concurrency.background import async_finish_or_undo, async_in_background
from tests.support.waiting import async_until

PATIENCE = 10.0


def ends_with(operation: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an event loop that ends as soon as the operation has begun in the background."""

    async def main() -> None:
        begun = asyncio.Event()

        async def noted() -> None:
            begun.set()
            await operation()

        async_in_background(noted, PATIENCE)
        await begun.wait()

    asyncio.run(main())


def test_what_has_not_begun_when_the_loop_ends_is_done() -> None:
    steps: list[str] = []

    async def operation() -> None:
        steps.append("begun")

    async def main() -> None:
        async_in_background(operation, PATIENCE)

    asyncio.run(main())
    assert steps == ["begun"]


def test_time_limits_hold_before_and_after_the_end() -> None:
    over: list[str] = []

    async def operation() -> None:
        for when in ("across the end", "after it"):
            try:
                async with asyncio.timeout(0.05):
                    await asyncio.sleep(PATIENCE)
            except TimeoutError:
                over.append(when)
        task = asyncio.current_task()
        assert task is not None
        over.append(f"{task.cancelling()} cancellations are left")

    ends_with(operation)
    assert over == ["across the end", "after it", "0 cancellations are left"]


def test_time_limit_and_end_in_the_same_moment_are_both_heard() -> None:
    over: list[str] = []

    async def main() -> None:
        async def operation() -> None:
            try:
                async with asyncio.timeout(None) as limit:
                    limits.append(limit)
                    await asyncio.sleep(PATIENCE)
            except TimeoutError:
                over.append("limit")

        limits: list[asyncio.Timeout] = []
        async_in_background(operation, PATIENCE)
        await async_until(lambda: limits)
        limits[0].reschedule(0)
        await asyncio.sleep(
            0
        )  # its cancellation is on the way, and is delivered together with that of the end

    asyncio.run(main())
    assert over == ["limit"]


def test_end_that_is_announced_twice_is_outlasted_twice() -> None:
    steps: list[str] = []

    async def operation() -> None:
        await asyncio.sleep(0.05)
        steps.append("done")

    async def main() -> None:
        async_in_background(operation, PATIENCE)
        await asyncio.sleep(0)
        # As programs do that end by themselves.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for _ in range(2):
            for task in others:
                task.cancel()
        await asyncio.sleep(0)
        for task in others:
            task.cancel()

    asyncio.run(main())
    assert steps == ["done"]


def test_what_it_waits_for_is_not_disturbed() -> None:
    answers: list[str] = []

    async def operation() -> None:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.05, answer.set_result, "here")
        answers.append(await answer)

    ends_with(operation)
    assert answers == ["here"]


def test_failure_after_the_end_is_reported_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    async def operation() -> str:
        await asyncio.sleep(0.02)
        raise OSError("the network is gone")

    async def main() -> None:
        await asyncio.wait_for(async_finish_or_undo(operation, None, PATIENCE), 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def canceller(cancelled: list[str], name: str) -> None:
    try:
        await asyncio.sleep(PATIENCE)
    except asyncio.CancelledError:
        cancelled.append(name)
        raise


@pytest.mark.anyio
async def test_who_started_it_can_cancel_it() -> None:
    cancelled: list[str] = []
    with pytest.raises(TimeoutError):
        await async_finish_or_undo(
            lambda: canceller(cancelled, "operation"), None, PATIENCE, within=0.01, patience=0.01
        )
    await async_until(lambda: cancelled == ["operation"])


def test_what_ignores_that_its_time_is_over_is_left_behind(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opensandbox._concurrency.background.GRACE", 0.05)

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(PATIENCE)
            except asyncio.CancelledError:
                continue

    async def main() -> None:
        async_in_background(stubborn, 0.05)
        await asyncio.sleep(0)

    asyncio.run(main())
    assert "left unfinished" in caplog.text
