"""What only the async half of `opensandbox._concurrency.pairs` does: cancellation, and the end of event loops."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

from opensandbox._concurrency.background import async_finish_or_undo, async_in_background, async_supervised
from opensandbox._concurrency.pairs import (
    async_gather_bounded,
    async_scope_key,
    async_with_deadline,
)
from tests.support.waiting import async_until

PATIENCE = 10.0

pytestmark = pytest.mark.anyio


async def test_deadline_ends_the_block_with_timeout_error() -> None:
    with pytest.raises(TimeoutError):
        async with async_with_deadline(0.01):
            await asyncio.sleep(PATIENCE)


async def test_first_failure_of_a_gather_cancels_and_awaits_the_running() -> None:
    running, ended = list[int](), list[int]()

    async def call(item: int) -> None:
        if item == 1:
            await async_until(lambda: running == [0])
            raise ValueError("second")
        running.append(item)
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            await asyncio.sleep(0)
            ended.append(item)

    with pytest.raises(ValueError, match="second"):
        await async_gather_bounded(call, range(2), 2)
    assert ended == [0]


async def test_cancelled_gather_cancels_and_awaits_the_running() -> None:
    running, ended = list[int](), list[int]()

    async def call(item: int) -> None:
        running.append(item)
        try:
            await asyncio.sleep(PATIENCE)
        finally:
            await asyncio.sleep(0)
            ended.append(item)

    gathering = asyncio.create_task(async_gather_bounded(call, range(5), 2))
    await async_until(lambda: len(running) == 2)
    gathering.cancel()

    with pytest.raises(asyncio.CancelledError):
        await gathering
    assert sorted(ended) == running == [0, 1]


async def test_caller_of_what_must_finish_is_cancelled_at_once_and_its_result_undone() -> None:
    release, begun, undone = asyncio.Event(), list[int](), list[str]()

    async def operation() -> str:
        begun.append(1)
        await release.wait()
        return "made"

    async def undo(result: str) -> None:
        undone.append(result)

    caller = asyncio.create_task(async_finish_or_undo(operation, undo, PATIENCE))
    await async_until(lambda: begun)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert undone == []
    release.set()

    await async_until(lambda: undone == ["made"])


def test_end_of_the_loop_waits_for_what_must_finish_and_for_its_undoing() -> None:
    steps = list[str]()

    async def operation() -> str:
        steps.append("sent")
        await asyncio.sleep(0.05)
        steps.append("answered")
        return "made"

    async def undo(result: str) -> None:
        await asyncio.sleep(0.01)
        steps.append(f"{result} undone")

    async def main() -> None:
        await asyncio.wait_for(async_finish_or_undo(operation, undo, PATIENCE), 0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert steps == ["sent", "answered", "made undone"]


def test_end_of_the_loop_waits_for_the_background() -> None:
    steps = list[str]()

    async def clean_up() -> None:
        await asyncio.sleep(0.05)
        steps.append("cleaned up")

    async def main() -> None:
        async_in_background(clean_up, PATIENCE)

    asyncio.run(main())
    assert steps == ["cleaned up"]


def test_the_end_of_the_loop_waits_for_no_longer_than_what_is_left_may_hold_it_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def look_around() -> None:
        await asyncio.sleep(3600)

    async def main() -> None:
        with async_supervised(3600):
            async_in_background(look_around, 0.05)

    asyncio.run(main())
    assert "left unfinished" in caplog.text


def test_every_event_loop_is_a_scope_that_ends_with_it() -> None:
    async def main() -> weakref.ref[object]:
        assert async_scope_key() is async_scope_key()
        return weakref.ref(async_scope_key())

    first = asyncio.run(main())
    gc.collect()
    assert first() is None

    with asyncio.Runner() as one, asyncio.Runner() as other:
        assert one.run(main())() is not other.run(main())()
