"""Pools whose callers give up at any point: no sandbox stays behind, and what was begun can be begun again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from opensandbox import AcquirePolicy, InMemoryAsyncPoolStateStore
from tests._async.pools import NAME, filled, full_pool, idle, new_pool, waiting
from tests.support.cancellation import When, cancelled_at_every_wait, in_the_background
from tests.support.deployment import Deployment
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio


class DistantStore(InMemoryAsyncPoolStateStore):
    """A store that takes its time before and after each step, as one behind a network does."""

    def __init__(self) -> None:
        super().__init__()
        self._waits = 0
        self._victim: asyncio.Task[None] | None = None

    def cancel_after(self, waits: int, victim: asyncio.Task[None]) -> None:
        """Cancel a task when it waits for this store for the so-manieth time."""
        self._waits, self._victim = waits, victim

    async def _wait(self) -> None:
        if asyncio.current_task() is self._victim is not None:
            self._waits -= 1
            if self._waits == 0:
                self._victim.cancel()
        await asyncio.sleep(0)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or name == "listen" or not asyncio.iscoroutinefunction(found):
            return found

        async def step(*args: Any, **kwargs: Any) -> Any:
            await self._wait()
            result = await found(*args, **kwargs)
            await self._wait()
            return result

        return step


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    with Deployment() as deployment:
        yield deployment
        await async_until(lambda: deployment.alive == {} and deployment.open == 0)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("lifetime", [None, timedelta(minutes=5)])
@pytest.mark.parametrize("policy", [AcquirePolicy.DIRECT_CREATE, AcquirePolicy.WAIT])
async def test_cancelled_acquire_leaves_no_sandbox(
    deployment: Deployment, when: When, lifetime: timedelta | None, policy: AcquirePolicy
) -> None:
    async with full_pool(partial(new_pool, deployment), 1, state_store=DistantStore()) as pool:
        runs = 0
        async for run in cancelled_at_every_wait(lambda: pool.acquire(lifetime, policy), when):
            runs += 1
            if run.result is not None:
                await run.result.destroy()
            await filled(pool, 1)
            await async_until(lambda: set(deployment.alive) == set(idle(pool)))
        assert runs > 5


@pytest.mark.parametrize("when", When)
async def test_cancelled_direct_creation_leaves_no_sandbox(deployment: Deployment, when: When) -> None:
    async with new_pool(deployment, 0, state_store=DistantStore(), max_concurrent_creates=1) as pool:
        async for run in cancelled_at_every_wait(lambda: pool.acquire(), when):
            if run.result is not None:
                await run.result.destroy()
            await async_until(lambda: deployment.alive == {} and not in_the_background())
            assert pool._run is not None
            assert pool._run.plan.gate.inside == 0, run


async def test_waiter_that_gave_up_swallows_no_sandbox(deployment: Deployment) -> None:
    async with new_pool(deployment, 0, state_store=DistantStore()) as pool:
        for steps in range(1, 12):
            caller = asyncio.create_task(pool.acquire(policy=AcquirePolicy.WAIT))
            await async_until(lambda: waiting(pool) == 1)
            given = f"given-{steps}"
            deployment.add(given)
            await pool._store.put_idle(NAME, given)
            for _ in range(steps):
                await asyncio.sleep(0)
            caller.cancel()
            await asyncio.wait({caller})
            if not caller.cancelled():
                await caller.result().destroy()
            await async_until(lambda: idle(pool) or not deployment.alive)
            if idle(pool):
                await pool.release_all_idle()
            assert waiting(pool) == 0


async def test_cancelled_start_can_be_repeated(deployment: Deployment) -> None:
    for waits in count(1):
        store = DistantStore()
        pool = new_pool(deployment, 1, state_store=store)
        start = asyncio.create_task(pool.start())
        store.cancel_after(waits, start)
        await asyncio.wait({start})
        await pool.start()
        await filled(pool, 1)
        async with pool.sandbox(policy=AcquirePolicy.FAIL_FAST):
            pass
        await pool.shutdown()
        if not start.cancelled():
            break
    assert waits > 6


async def test_cancelled_shutdown_is_seen_through(deployment: Deployment) -> None:
    pool = new_pool(deployment, 1, state_store=DistantStore())
    for steps in range(12):
        await pool.start()
        await filled(pool, 1)
        stopping = asyncio.create_task(pool.shutdown())
        for _ in range(steps):
            await asyncio.sleep(0)
        stopping.cancel()
        await asyncio.wait({stopping})
        await pool.shutdown()
        await async_until(lambda: deployment.alive == {} and not in_the_background())
