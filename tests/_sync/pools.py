# Generated from tests/_async/pools.py by scripts/unasync.py. Do not edit.
"""Pools of the test deployment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.pool import SandboxPoolSync
from opensandbox.pool_types import PoolCreationSpec
from tests._sync.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.waiting import until

NAME = "workers"
NEVER = timedelta(hours=1)
"""An interval so long that whatever happens at once was not brought about by a beat."""


def new_pool(deployment: Deployment, max_idle: int = 2, **options: Any) -> SandboxPoolSync:
    """Return a pool that leaves nothing behind when it is shut down."""
    settings: dict[str, Any] = {
        "pool_name": NAME,
        "state_store": InMemoryPoolStateStore(),
        "connection_config": config_for(deployment),
        "creation_spec": PoolCreationSpec(image="python:3.12"),
        "warmup_create_qps": 1000,
        "reconcile_interval": NEVER,
        "kill_idle_on_shutdown": True,
        **options,
    }
    return SandboxPoolSync(max_idle=max_idle, **settings)


@contextmanager
def full_pool(deployment: Deployment, max_idle: int = 2, **options: Any) -> Iterator[SandboxPoolSync]:
    """Run a pool that has filled up."""
    with new_pool(deployment, max_idle, **options) as pool:
        filled(pool, max_idle)
        yield pool


def filled(pool: SandboxPoolSync, count: int) -> None:
    """Wait until so many are idle, and nothing is on its way."""
    until(lambda: len(idle(pool)) == count and warming(pool) == 0)


def idle(pool: SandboxPoolSync) -> list[str]:
    """Return the idle sandboxes, oldest first."""
    store: Any = pool._store
    return list(store._book(NAME).idle)


def warming(pool: SandboxPoolSync) -> int:
    """Return how many this member warms up."""
    run = pool._run
    return 0 if run is None else run.plan.warming


def waiting(pool: SandboxPoolSync) -> int:
    """Return how many callers queue."""
    store: Any = pool._store
    return len(store._book(NAME).queue)
