"""Pools of the test deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox.pool_types import PoolCreationSpec
from tests._async.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.waiting import async_until

NAME = "workers"
NEVER = timedelta(hours=1)
"""An interval so long that whatever happens at once was not brought about by a beat."""


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
async def full_pool(
    deployment: Deployment, max_idle: int = 2, **options: Any
) -> AsyncIterator[SandboxPoolAsync]:
    """Run a pool that has filled up."""
    async with new_pool(deployment, max_idle, **options) as pool:
        await filled(pool, max_idle)
        yield pool


async def filled(pool: SandboxPoolAsync, count: int) -> None:
    """Wait until so many are idle, and nothing is on its way."""
    await async_until(lambda: len(idle(pool)) == count and warming(pool) == 0)


def idle(pool: SandboxPoolAsync) -> list[str]:
    """Return the idle sandboxes, oldest first."""
    store: Any = pool._store
    return list(store._book(NAME).idle)


def warming(pool: SandboxPoolAsync) -> int:
    """Return how many this member warms up."""
    run = pool._run
    return 0 if run is None else run.plan.warming


def waiting(pool: SandboxPoolAsync) -> int:
    """Return how many callers queue."""
    store: Any = pool._store
    return len(store._book(NAME).queue)
