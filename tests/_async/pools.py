"""Pools of the test deployment."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore
from opensandbox.pool_types import PoolCreationSpec
from tests._async.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.redis import RedisServer
from tests.support.waiting import async_until

Make = Callable[..., SandboxPoolAsync]
NewStore = Callable[[], Any]

NAME = "workers"
NEVER = timedelta(hours=1)
"""An interval so long that whatever happens at once was not brought about by a beat."""


@asynccontextmanager
async def stores_of(kind: str, server: RedisServer) -> AsyncIterator[NewStore]:
    """Lend out a maker of empty stores, whose content can be looked at: in `memory`, or in `redis`."""
    if kind == "memory":
        yield InMemoryAsyncPoolStateStore
        return
    async with Redis.from_url(server.url) as client:
        with closing(server.client(decode_responses=True)) as probe:

            def new_store() -> Any:
                store: Any = AsyncRedisPoolStateStore(client, f"test:{uuid.uuid4().hex}")
                store.probe = probe
                return store

            yield new_store


def new_pool(deployment: Deployment, max_idle: int = 2, **options: Any) -> SandboxPoolAsync:
    """Return a pool that leaves nothing behind when it is shut down."""
    settings: dict[str, Any] = {
        "pool_name": NAME,
        "state_store": InMemoryAsyncPoolStateStore(),
        "connection_config": config_for(deployment),
        "creation_spec": PoolCreationSpec(image="python:3.12"),
        "warmup_create_qps": 1000,
        "reconcile_interval": NEVER,
        "kill_idle_on_shutdown": True,
        **options,
    }
    return SandboxPoolAsync(max_idle=max_idle, **settings)


@asynccontextmanager
async def full_pool(make: Make, max_idle: int = 2, **options: Any) -> AsyncIterator[SandboxPoolAsync]:
    """Run a pool that has filled up."""
    async with make(max_idle, **options) as pool:
        await filled(pool, max_idle)
        yield pool


async def filled(pool: SandboxPoolAsync, count: int) -> None:
    """Wait until so many are idle, and nothing is on its way."""
    await async_until(lambda: len(idle(pool)) == count and warming(pool) == 0)


def idle(pool: SandboxPoolAsync) -> list[str]:
    """Return the idle sandboxes, oldest first."""
    store: Any = pool._store
    if isinstance(store, InMemoryAsyncPoolStateStore):
        return list(store._book(NAME).idle)
    return list(store.probe.lrange(store._keys.key(NAME, "idle:list"), 0, -1))


def warming(pool: SandboxPoolAsync) -> int:
    """Return how many this member warms up."""
    run = pool._run
    return 0 if run is None else run.plan.warming


def waiting(pool: SandboxPoolAsync) -> int:
    """Return how many callers queue."""
    store: Any = pool._store
    if isinstance(store, InMemoryAsyncPoolStateStore):
        return len(store._book(NAME).queue)
    return int(store.probe.zcard(store._keys.key(NAME, "waiters")))
