# Generated from tests/_async/pool/test_plain_store.py by scripts/unasync.py. Do not edit.
"""Pools over a store of somebody's own, which has the published methods and nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import Worker
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.pool import SandboxPoolSync
from opensandbox.exceptions import (
    PoolDestroyedException,
    PoolEmptyException,
    PoolStateStoreUnavailableException,
)
from opensandbox.pool_types import AcquirePolicy, PoolStateStore
from tests._sync.pools import NAME, new_pool, warming
from tests.support.deployment import Deployment
from tests.support.waiting import until

PUBLISHED = [name for name in vars(PoolStateStore) if not name.startswith("_")]
SHORT = timedelta(seconds=0.05)


class PlainStore:
    """Lends the published methods of the in-memory store out, with a lock that one owner has, until it fails."""

    def __init__(self) -> None:
        self.inner = InMemoryPoolStateStore()
        self.owner: str | None = None
        self.fails = False

    def __getattr__(self, name: str) -> Any:
        if name not in PUBLISHED:
            raise AttributeError(name)
        if self.fails:
            raise PoolStateStoreUnavailableException("the store is away")
        return getattr(self.inner, name)

    def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        if self.owner is None:
            self.owner = owner_id
        return self.owner == owner_id and not self.fails

    def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        return self.owner == owner_id

    def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        if self.owner == owner_id:
            self.owner = None


def idle(store: PlainStore) -> list[str]:
    return list(store.inner._book(NAME).idle)


def filled(pool: SandboxPoolSync, store: PlainStore, count: int) -> None:
    until(lambda: len(idle(store)) == count and warming(pool) == 0)


def test_pool_fills_hands_out_and_fills_up_again(deployment: Deployment) -> None:
    store = PlainStore()
    with new_pool(deployment, 2, state_store=store) as pool:
        filled(pool, store, 2)
        oldest = idle(store)[0]
        with pool.sandbox(timedelta(minutes=5), AcquirePolicy.FAIL_FAST) as sandbox:
            assert sandbox.id == oldest
            filled(pool, store, 2)
        pool.resize(1)
        filled(pool, store, 1)


def test_those_who_wait_get_what_is_made_for_them(deployment: Deployment) -> None:
    store, got = PlainStore(), list[SandboxSync]()
    with new_pool(deployment, 1, state_store=store, reconcile_interval=SHORT) as pool:

        def wait() -> None:
            got.append(pool.acquire(policy=AcquirePolicy.WAIT))

        workers = [Worker(wait, f"caller {number}") for number in range(4)]
        for worker in workers:
            assert worker.join(10)
        assert len({sandbox.id for sandbox in got}) == 4
        for sandbox in got:
            sandbox.destroy()
        filled(pool, store, 1)
    assert store.owner is None


def test_second_member_follows_when_the_first_leaves(deployment: Deployment) -> None:
    store = PlainStore()
    options = {"state_store": store, "reconcile_interval": SHORT}
    first = new_pool(deployment, 1, owner_id="first", kill_idle_on_shutdown=False, **options)
    first.start()
    filled(first, store, 1)
    with new_pool(deployment, 1, owner_id="second", **options) as second:
        with second.sandbox(policy=AcquirePolicy.FAIL_FAST):
            filled(first, store, 1)
        first.shutdown()
        until(lambda: store.owner == "second")


def test_outage_is_survived_by_creating_directly(deployment: Deployment) -> None:
    store = PlainStore()
    with new_pool(deployment, 1, state_store=store, reconcile_interval=SHORT) as pool:
        filled(pool, store, 1)
        store.fails = True
        with pytest.raises(PoolStateStoreUnavailableException):
            pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        with pool.sandbox() as sandbox:
            assert sandbox.id not in idle(store)
        until(lambda: pool._run is not None and pool._run.plan.epoch is None)
        store.fails = False
        until(lambda: pool._run is not None and pool._run.plan.epoch is not None)
        with pool.sandbox(policy=AcquirePolicy.FAIL_FAST):
            pass


def test_destruction_ends_the_work_of_members(deployment: Deployment) -> None:
    store = PlainStore()
    with new_pool(deployment, 0, state_store=store, reconcile_interval=SHORT) as pool:
        with pytest.raises(PoolEmptyException):
            pool.acquire(policy=AcquirePolicy.FAIL_FAST)
        store.inner.begin_destroy(NAME, "somebody")
        until(lambda: pool._run is not None and pool._run.destroyed)
    with pytest.raises(PoolDestroyedException):
        pool.start()
