"""A process with one member of a pool, whose callers acquire, hold and end sandboxes, and write down what they got.

    python -m tests.support.pool_worker NAME TWIN DEPLOYMENT REDIS_URL PREFIX LEDGER SKEW

A line of the ledger is `got ID`, `ended ID` or `lost ID` (it was gone before its caller ended it), each written at once. It
ends in good order on SIGTERM. SKEW: by how many seconds its wall clock is wrong.
"""

from __future__ import annotations

import asyncio
import datetime as real
import os
import random
import signal
import sys
import threading
from typing import Any

from opensandbox import AcquirePolicy, PoolCreationSpec, SandboxPoolAsync, SandboxPoolSync
from opensandbox._async import sandbox as async_module
from opensandbox._sync import sandbox as sync_module
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.exceptions import (
    PoolStateStoreUnavailableException,
    SandboxException,
    SandboxNotFoundException,
)

NAME = "chaos"
MAX_IDLE = 8
LOCK_TTL = real.timedelta(seconds=4)
CALLERS = 2
POLICIES = [*AcquirePolicy]
LIFETIME = real.timedelta(minutes=10)


class Ledger:
    """Lines that survive the process, whatever becomes of it. Where its file is, SIGTERM is understood."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, what: str, sandbox_id: str) -> None:
        """Write a line, in one piece."""
        os.write(self._file, f"{what} {sandbox_id}\n".encode())


def options(name: str, config: Any, store: Any) -> dict[str, Any]:
    """Return what both twins are made of."""
    return {
        "pool_name": NAME,
        "max_idle": MAX_IDLE,
        "owner_id": name,
        "state_store": store,
        "connection_config": config,
        "creation_spec": PoolCreationSpec(image="chaos", metadata={"worker": name}),
        "warmup_create_qps": 40,
        "primary_lock_ttl": LOCK_TTL,
        "reconcile_interval": real.timedelta(seconds=0.5),
        "acquire_ready_timeout": real.timedelta(seconds=10),
        "drain_timeout": real.timedelta(seconds=10),
    }


def blocking(name: str, domain: str, url: str, prefix: str, path: str) -> None:
    """Run callers in threads."""
    from redis import Redis

    from opensandbox.pool_redis import RedisPoolStateStore

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    ledger = Ledger(path)
    config = ConnectionConfigSync(domain=domain, request_timeout=real.timedelta(seconds=5), trust_env=False)
    store = RedisPoolStateStore(Redis.from_url(url, socket_timeout=5, max_connections=64), prefix)
    pool = SandboxPoolSync(**options(name, config, store))
    while True:
        try:
            pool.start()
        except (
            PoolStateStoreUnavailableException
        ):  # whoever takes the place of a killed worker may come while the store is away
            stop.wait(0.1)
            continue
        break

    def call(number: int) -> None:
        dice = random.Random(f"{name}-{number}")
        while not stop.wait(0.2 * dice.random()):
            lifetime = LIFETIME if dice.random() < 0.5 else None
            try:
                sandbox = pool.acquire(lifetime, dice.choice(POLICIES), wait_timeout=3)
            except SandboxException:
                continue
            ledger.write("got", sandbox.id)
            stop.wait(0.2 * dice.random())
            while True:
                try:
                    sandbox.kill()
                    ledger.write("ended", sandbox.id)
                except SandboxNotFoundException:
                    ledger.write("lost", sandbox.id)
                except SandboxException:
                    stop.wait(0.1)
                    continue
                break
            sandbox.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pool.shutdown(graceful=True)


async def awaiting(name: str, domain: str, url: str, prefix: str, path: str) -> None:
    """Run callers in tasks."""
    from redis.asyncio import Redis

    from opensandbox.pool_redis import AsyncRedisPoolStateStore

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    ledger = Ledger(path)
    config = ConnectionConfig(domain=domain, request_timeout=real.timedelta(seconds=5), trust_env=False)
    client = Redis.from_url(url, socket_timeout=5, max_connections=64)
    pool = SandboxPoolAsync(**options(name, config, AsyncRedisPoolStateStore(client, prefix)))
    while True:
        try:
            await pool.start()
        except PoolStateStoreUnavailableException:
            await asyncio.sleep(0.1)
            continue
        break

    async def call(number: int) -> None:
        dice = random.Random(f"{name}-{number}")
        while not stop.is_set():
            await asyncio.sleep(0.2 * dice.random())
            lifetime = LIFETIME if dice.random() < 0.5 else None
            try:
                sandbox = await pool.acquire(lifetime, dice.choice(POLICIES), wait_timeout=3)
            except SandboxException:
                continue
            ledger.write("got", sandbox.id)
            await asyncio.sleep(0.2 * dice.random())
            while True:
                try:
                    await sandbox.kill()
                    ledger.write("ended", sandbox.id)
                except SandboxNotFoundException:
                    ledger.write("lost", sandbox.id)
                except SandboxException:
                    await asyncio.sleep(0.1)
                    continue
                break
            await sandbox.close()

    await asyncio.gather(*(call(number) for number in range(CALLERS)))
    await pool.shutdown(graceful=True)
    await client.aclose()


def skew(seconds: float) -> None:
    """Let this process believe that it is later than it is."""

    class Skewed(real.datetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Any:
            return real.datetime.now(tz) + real.timedelta(seconds=seconds)

    for module in (async_module, sync_module):
        module.datetime = Skewed  # type: ignore[misc]


def main() -> None:
    """Run the worker that the command line describes."""
    name, twin, domain, url, prefix, path, seconds = sys.argv[1:]
    skew(float(seconds))
    if twin == "async":
        asyncio.run(awaiting(name, domain, url, prefix, path))
    else:
        blocking(name, domain, url, prefix, path)


if __name__ == "__main__":
    main()
