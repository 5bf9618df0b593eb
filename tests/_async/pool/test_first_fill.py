"""A pool that is being filled for the first time is starting, not empty."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from opensandbox import AcquirePolicy, Sandbox
from opensandbox._concurrency.pairs import AsyncWorker
from opensandbox.exceptions import PoolEmptyException, SandboxApiException
from tests._async.pools import Make, NewStore, filled, idle, new_pool, stores_of, waiting
from tests.support.deployment import Deployment, answer
from tests.support.faults import Gate
from tests.support.redis import RedisServer
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

CREATE = "POST /v1/sandboxes"
REFUSAL = {"code": "QUOTA", "message": "no more"}
FAIL_AT_ONCE = [AcquirePolicy.FAIL_FAST, AcquirePolicy.RETRY_NEXT_IDLE]


@pytest.fixture(params=["memory", "redis"])
async def new_store(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[NewStore]:
    async with stores_of(request.param, redis_server) as make:
        yield make


@pytest.fixture
def make(deployment: Deployment, new_store: NewStore) -> Make:
    return partial(new_pool, deployment, state_store=new_store())


@pytest.mark.parametrize("policy", FAIL_AT_ONCE)
async def test_a_new_pool_is_waited_for(make: Make, policy: AcquirePolicy) -> None:
    async with make(2) as pool:
        sandbox = await pool.acquire(policy=policy)
        await sandbox.destroy()
        await filled(pool, 2)


async def test_as_many_callers_as_the_pool_is_large_are_served(make: Make) -> None:
    got: list[Sandbox] = []
    async with make(3) as pool:

        async def acquire() -> None:
            got.append(await pool.acquire(policy=AcquirePolicy.FAIL_FAST))

        workers = [AsyncWorker(acquire, f"caller {number}") for number in range(3)]
        for worker in workers:
            assert await worker.join(30)
        assert len({sandbox.id for sandbox in got}) == 3
        for sandbox in got:
            await sandbox.destroy()


@pytest.mark.parametrize("policy", FAIL_AT_ONCE)
async def test_a_first_warm_up_that_fails_is_the_cause(
    make: Make, deployment: Deployment, policy: AcquirePolicy
) -> None:
    deployment.always(CREATE, [answer(403, REFUSAL)])
    async with make(1) as pool:
        with pytest.raises(PoolEmptyException, match=r"first warm-up failed.*403") as caught:
            await pool.acquire(policy=policy)
    assert isinstance(caught.value.__cause__, SandboxApiException)
    assert caught.value.__cause__.code == "QUOTA"


async def test_a_first_fill_that_takes_too_long_is_given_up(make: Make, deployment: Deployment) -> None:
    gate = Gate()
    deployment.always(CREATE, [gate, answer(403, REFUSAL)])
    async with make(1, acquire_ready_timeout=timedelta(seconds=0.2)) as pool:
        with pytest.raises(PoolEmptyException):
            await pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        gate.open()


async def test_a_pool_that_ran_dry_later_fails_at_once(make: Make, deployment: Deployment) -> None:
    async with make(1) as pool:
        await filled(pool, 1)
        deployment.always(CREATE, [answer(403, REFUSAL)])
        first = await pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        with pytest.raises(PoolEmptyException):
            await pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        assert waiting(pool) == 0
        await first.destroy()


async def test_a_pool_that_keeps_none_idle_fails_at_once(make: Make) -> None:
    async with make(0) as pool:
        with pytest.raises(PoolEmptyException, match="FAIL_FAST"):
            await pool.acquire(policy=AcquirePolicy.FAIL_FAST)


async def test_policies_that_create_do_not_wait_for_the_fill(make: Make, deployment: Deployment) -> None:
    gate = Gate()
    deployment.script(CREATE, [gate, answer(403, REFUSAL)])
    async with make(1) as pool:
        await async_until(lambda: gate.reached)
        sandbox = await pool.acquire(policy=AcquirePolicy.DIRECT_CREATE)
        await sandbox.destroy()
        gate.open()


async def test_a_member_that_joins_waits_for_what_the_leader_warms_up(
    deployment: Deployment, new_store: NewStore
) -> None:
    store: Any = new_store()
    leader = new_pool(deployment, 1, state_store=store, reconcile_interval=timedelta(seconds=0.1))
    joins = new_pool(deployment, 1, state_store=store, reconcile_interval=timedelta(seconds=0.1))
    async with leader:
        await async_until(lambda: leader._run is not None and leader._run.plan.epoch is not None)
        async with joins:
            sandbox = await joins.acquire(policy=AcquirePolicy.FAIL_FAST)
            await sandbox.destroy()
        await async_until(lambda: idle(leader))
