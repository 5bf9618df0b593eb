"""Fill a pool, acquire from it, and print what that cost: `pool.py KIND STORE`; STORE is `memory` or the URL of a Redis.

KIND: `async` or `sync` measures filling and acquiring; `idle` keeps a full pool for some seconds, so that somebody else can
count; `one` makes a hundred acquires, for the same. The last two say when they begin and end, and wait to be told to go on.
"""

import asyncio
import gc
import json
import sys
import threading
import time
from datetime import timedelta

from opensandbox import (
    AcquirePolicy,
    InMemoryAsyncPoolStateStore,
    InMemoryPoolStateStore,
    PoolCreationSpec,
    SandboxPoolAsync,
    SandboxPoolSync,
)
from opensandbox.config import ConnectionConfig, ConnectionConfigSync

KIND, STORE = sys.argv[1:3]
SIZE = 200
ACQUIRES = 60
PAUSE = 0.1
"""Seconds between two acquires, for what those set off to be over."""
IDLE_SECONDS = 5.0
LIFETIME = timedelta(minutes=30)
OPTIONS = {
    "pool_name": "bench",
    "max_idle": SIZE,
    "creation_spec": PoolCreationSpec(image="python:3.12"),
    "warmup_create_qps": 1000,
}


def async_store() -> object:
    """Return a store for the async pool."""
    if STORE == "memory":
        return InMemoryAsyncPoolStateStore()
    from redis.asyncio import Redis

    from opensandbox.pool_redis import AsyncRedisPoolStateStore

    return AsyncRedisPoolStateStore(Redis.from_url(STORE, decode_responses=True), f"bench:{time.time_ns()}")


def sync_store() -> object:
    """Return a store for the blocking pool."""
    if STORE == "memory":
        return InMemoryPoolStateStore()
    from redis import Redis

    from opensandbox.pool_redis import RedisPoolStateStore

    return RedisPoolStateStore(Redis.from_url(STORE, decode_responses=True), f"bench:{time.time_ns()}")


async def watch_loop(stalls: list[float]) -> None:
    """Note how long the event loop was at work between two turns of this task, again and again.

    In processor time: what other programs take away from it is not its doing.
    """
    while True:
        begun = time.thread_time()
        await asyncio.sleep(0.001)
        stalls.append(time.thread_time() - begun)


async def measure_async() -> dict[str, object]:
    """Fill an async pool and acquire from it."""
    stalls: list[float] = []
    config = ConnectionConfig(disable_metrics=True)
    pool = SandboxPoolAsync(state_store=async_store(), connection_config=config, **OPTIONS)
    # A full collection takes as long as the program is large, and comes when importing has left enough behind. Now, rather than
    # by chance while filling, whose doing it is not; what filling itself leaves behind is collected meanwhile.
    gc.collect()
    watcher = asyncio.create_task(watch_loop(stalls))
    begun = time.perf_counter()
    await pool.start()
    while (await pool.snapshot()).idle_count < SIZE:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    filled = time.perf_counter() - begun
    watcher.cancel()
    times = []
    for _ in range(ACQUIRES):
        begun = time.perf_counter()
        sandbox = await pool.acquire(LIFETIME, AcquirePolicy.FAIL_FAST)
        times.append(time.perf_counter() - begun)
        await sandbox.close()
        await asyncio.sleep(PAUSE)
    await pool.shutdown(graceful=True)
    return {"filled": filled, "stall": max(stalls), "acquire": times}


def measure_sync() -> dict[str, object]:
    """Fill a blocking pool and acquire from it."""
    config = ConnectionConfigSync(disable_metrics=True)
    pool = SandboxPoolSync(state_store=sync_store(), connection_config=config, **OPTIONS)
    begun, threads = time.perf_counter(), 0
    pool.start()
    while pool.snapshot().idle_count < SIZE:
        threads = max(threads, threading.active_count())
        time.sleep(0.005)
    filled = time.perf_counter() - begun
    times = []
    for _ in range(ACQUIRES):
        begun = time.perf_counter()
        sandbox = pool.acquire(LIFETIME, AcquirePolicy.FAIL_FAST)
        times.append(time.perf_counter() - begun)
        sandbox.close()
        time.sleep(PAUSE)
    pool.shutdown(graceful=True)
    return {"filled": filled, "threads": threads, "acquire": times}


def say(what: str) -> None:
    """Say how far it is, and wait to be told to go on."""
    print(what, flush=True)
    sys.stdin.readline()


def stay() -> None:
    """Let somebody else count."""
    config = ConnectionConfigSync(disable_metrics=True)
    store = sync_store()
    options = {**OPTIONS, "max_idle": ACQUIRES + 10, "state_store": store, "connection_config": config}
    pool = SandboxPoolSync(**options)
    pool.start()
    while pool.snapshot().idle_count < ACQUIRES + 10:
        time.sleep(0.05)
    if KIND == "one":
        # What is counted are acquires: another member, which is not there, leads and would refill.
        pool.shutdown(graceful=True)
        store.try_acquire_primary_lock(OPTIONS["pool_name"], "somebody else", timedelta(hours=1))
        pool = SandboxPoolSync(**options)
        pool.start()
    time.sleep(2.5)
    say("ready")
    if KIND == "idle":
        time.sleep(IDLE_SECONDS)
    else:
        for _ in range(ACQUIRES):
            pool.acquire(policy=AcquirePolicy.FAIL_FAST).close()
    say("done")
    pool.shutdown(graceful=True)


if KIND == "async":
    print(json.dumps(asyncio.run(measure_async())))
elif KIND == "sync":
    print(json.dumps(measure_sync()))
else:
    stay()
