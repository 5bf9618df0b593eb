"""Pools over a store of somebody's own, which has the published methods and nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox._concurrency.pairs import AsyncWorker
from opensandbox.exceptions import (
    PoolDestroyedException,
    PoolEmptyException,
    PoolStateStoreUnavailableException,
)
from opensandbox.pool_types import AcquirePolicy, AsyncPoolStateStore
from tests._async.pools import NAME, new_pool, warming
from tests.support.deployment import Deployment
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

PUBLISHED = [name for name in vars(AsyncPoolStateStore) if not name.startswith("_")]
SHORT = timedelta(seconds=0.05)


class PlainStore:
    """Lends the published methods of the in-memory store out, with a lock that one owner has, until it fails."""

    def __init__(self) -> None:
        self.inner = InMemoryAsyncPoolStateStore()
        self.owner: str | None = None
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        if name not in PUBLISHED:
            raise AttributeError(name)
        if self.fails:
            raise PoolStateStoreUnavailableException("the store is away")
        return getattr(self.inner, name)

    async def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        if self.owner is None:
            self.owner = owner_id
        return self.owner == owner_id and not self.fails

    async def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        return self.owner == owner_id

    async def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        if self.owner == owner_id:
            self.owner = None


def idle(store: PlainStore) -> list[str]:
    return list(store.inner._book(NAME).idle)


async def filled(pool: SandboxPoolAsync, store: PlainStore, count: int) -> None:
    await async_until(lambda: len(idle(store)) == count and warming(pool) == 0)


async def test_pool_fills_hands_out_and_fills_up_again(deployment: Deployment) -> None:
    store = PlainStore()
    async with new_pool(deployment, 2, state_store=store) as pool:
        await filled(pool, store, 2)
        oldest = idle(store)[0]
        async with pool.sandbox(timedelta(minutes=5), AcquirePolicy.FAIL_FAST) as sandbox:
            assert sandbox.id == oldest
            await filled(pool, store, 2)
        await pool.resize(1)
        await filled(pool, store, 1)


async def test_those_who_wait_get_what_is_made_for_them(deployment: Deployment) -> None:
    store, got = PlainStore(), list[Sandbox]()
    async with new_pool(deployment, 1, state_store=store, reconcile_interval=SHORT) as pool:

        async def wait() -> None:
            got.append(await pool.acquire(policy=AcquirePolicy.WAIT))

        workers = [AsyncWorker(wait, f"caller {number}") for number in range(4)]
        for worker in workers:
            assert await worker.join(10)
        assert len({sandbox.id for sandbox in got}) == 4
        for sandbox in got:
            await sandbox.destroy()
        await filled(pool, store, 1)
    assert store.owner is None


async def test_second_member_follows_when_the_first_leaves(deployment: Deployment) -> None:
    store = PlainStore()
    options = {"state_store": store, "reconcile_interval": SHORT}
    first = new_pool(deployment, 1, owner_id="first", kill_idle_on_shutdown=False, **options)
    await first.start()
    await filled(first, store, 1)
    async with new_pool(deployment, 1, owner_id="second", **options) as second:
        async with second.sandbox(policy=AcquirePolicy.FAIL_FAST):
            await filled(first, store, 1)
        await first.shutdown()
        await async_until(lambda: store.owner == "second")


async def test_outage_is_survived_by_creating_directly(deployment: Deployment) -> None:
    store = PlainStore()
    async with new_pool(deployment, 1, state_store=store, reconcile_interval=SHORT) as pool:
        await filled(pool, store, 1)
        store.fails = True
        with pytest.raises(PoolStateStoreUnavailableException):
            await pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        async with pool.sandbox() as sandbox:
            assert sandbox.id not in idle(store)
        await async_until(lambda: pool._run is not None and pool._run.plan.epoch is None)
        store.fails = False
        await async_until(lambda: pool._run is not None and pool._run.plan.epoch is not None)
        async with pool.sandbox(policy=AcquirePolicy.FAIL_FAST):
            pass


async def test_destruction_ends_the_work_of_members(deployment: Deployment) -> None:
    store = PlainStore()
    async with new_pool(deployment, 0, state_store=store, reconcile_interval=SHORT) as pool:
        with pytest.raises(PoolEmptyException):
            await pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        await store.inner.begin_destroy(NAME, "somebody")
        await async_until(lambda: pool._run is not None and pool._run.destroyed)
    with pytest.raises(PoolDestroyedException):
        await pool.start()
