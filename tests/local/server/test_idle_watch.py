"""When a sandbox counts as idle, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from opensandbox.local import idle
from opensandbox.local.idle import IdleWatch
from opensandbox.local.record import PAUSED, RUNNING, SandboxRecord

pytestmark = pytest.mark.anyio


class Clock:
    """Time that passes by sleeping alone; at the moments of `plan` something happens on the way."""

    def __init__(self) -> None:
        self.now = 0.0
        self.plan: list[tuple[float, Any]] = []

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        while self.plan and self.plan[0][0] <= end:
            self.now, act = self.plan.pop(0)
            act()
        self.now = end
        await asyncio.sleep(0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    stand_in = SimpleNamespace(
        get_running_loop=lambda: clock,
        sleep=clock.sleep,
        create_task=asyncio.create_task,
        gather=asyncio.gather,
    )
    monkeypatch.setattr(idle, "asyncio", stand_in)
    return clock


async def paused_at(clock: Clock, plan: Any) -> float:
    """The moment at which a sandbox with a limit of 30 s is paused; `plan` says what happens before, given watch and record."""
    record = SandboxRecord(id="a", entrypoint=("b",), state=RUNNING)
    paused = asyncio.get_running_loop().create_future()

    async def pause() -> None:
        record.state = PAUSED
        if not paused.done():
            paused.set_result(clock.now)

    watch = IdleWatch(record, 30.0, None, pause)
    clock.plan = plan(watch, record)
    try:
        return float(await paused)
    finally:
        await watch.stop()


async def test_an_unused_sandbox_is_paused_when_its_time_is_over(clock: Clock) -> None:
    assert await paused_at(clock, lambda watch, record: []) == 30.0


async def test_each_use_lets_the_time_begin_anew(clock: Clock) -> None:
    assert await paused_at(clock, lambda watch, record: [(at, watch.used) for at in (10, 35, 60)]) == 90.0


async def test_a_request_counts_until_its_answer_begins(clock: Clock) -> None:
    def plan(watch: IdleWatch, record: SandboxRecord) -> list[tuple[float, Any]]:
        block = watch.answering()
        answered = block.__enter__()

        def leave() -> None:
            block.__exit__(None, None, None)  # once more is as good as once

        return [(100, answered), (120, leave)]

    assert await paused_at(clock, plan) == 130.0


async def test_the_time_of_a_sandbox_that_was_paused_by_hand_begins_with_its_resumption(clock: Clock) -> None:
    def plan(watch: IdleWatch, record: SandboxRecord) -> list[tuple[float, Any]]:
        def enter(state: str) -> None:
            record.state = state
            if state == RUNNING:
                watch.used()

        return [(10, lambda: enter(PAUSED)), (200, lambda: enter(RUNNING))]

    assert await paused_at(clock, plan) == 230.0
