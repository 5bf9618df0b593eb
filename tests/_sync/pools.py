# Generated from tests/_async/pools.py by scripts/unasync.py. Do not edit.
"""Pools of the test deployment."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

from redis import Redis

from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.pool import SandboxPoolSync
from opensandbox._sync.pool.redis_store import RedisPoolStateStore
from opensandbox.pool_types import PoolCreationSpec
from tests._sync.attaching import config_for
from tests.support.deployment import Deployment
from tests.support.redis import RedisServer
from tests.support.waiting import until

Make = Callable[..., SandboxPoolSync]
NewStore = Callable[[], Any]

NAME = "workers"
NEVER = timedelta(hours=1)
"""An interval so long that whatever happens at once was not brought about by a beat."""


@contextmanager
def stores_of(kind: str, server: RedisServer) -> Iterator[NewStore]:
    """Lend out a maker of empty stores, whose content can be looked at: in `memory`, or in `redis`."""
    if kind == "memory":
        yield InMemoryPoolStateStore
        return
    with Redis.from_url(server.url) as client:
        with closing(server.client(decode_responses=True)) as probe:

            def new_store() -> Any:
                store: Any = RedisPoolStateStore(client, f"test:{uuid.uuid4().hex}")
                store.probe = probe
                return store

            yield new_store


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
def full_pool(make: Make, max_idle: int = 2, **options: Any) -> Iterator[SandboxPoolSync]:
    """Run a pool that has filled up."""
    with make(max_idle, **options) as pool:
        filled(pool, max_idle)
        yield pool


def filled(pool: SandboxPoolSync, count: int) -> None:
    """Wait until so many are idle, and nothing is on its way."""
    until(lambda: len(idle(pool)) == count and warming(pool) == 0)


def idle(pool: SandboxPoolSync) -> list[str]:
    """Return the idle sandboxes, oldest first."""
    store: Any = pool._store
    if isinstance(store, InMemoryPoolStateStore):
        return list(store._book(NAME).idle)
    return list(store.probe.lrange(store._keys.key(NAME, "idle:list"), 0, -1))


def warming(pool: SandboxPoolSync) -> int:
    """Return how many this member warms up."""
    run = pool._run
    return 0 if run is None else run.plan.warming


def waiting(pool: SandboxPoolSync) -> int:
    """Return how many callers queue."""
    store: Any = pool._store
    if isinstance(store, InMemoryPoolStateStore):
        return len(store._book(NAME).queue)
    return int(store.probe.zcard(store._keys.key(NAME, "waiters")))
