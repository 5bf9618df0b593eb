"""Blocking calls that the exception of a signal handler breaks off at any instant: nothing stays behind, and nothing is stuck.

The small set tries some of the instants of each call; `make explore` every one of them, and real signals at random times.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from opensandbox import AcquirePolicy, Sandbox, SandboxPoolSync, SandboxSync
from opensandbox._async.control import leftovers
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from tests._sync.pools import filled, full_pool, idle, new_pool, waiting
from tests.support.cancellation import in_the_background
from tests.support.deployment import Deployment
from tests.support.interrupts import (
    KINDS,
    Interrupt,
    Run,
    in_a_coroutine_of_the_package,
    interrupted_after,
    interrupted_at_instants,
)
from tests.support.waiting import until

pytestmark = [
    # An exception inside of what measures coverage leaves its lock taken, for ever.
    pytest.mark.no_cover,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timer that sends signals"),
    # The interpreter closes the socket of a connection that was broken off while it was opened, and says so.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

EVERY = pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.explore)])
MANY = pytest.mark.parametrize("every", [41, pytest.param(1, marks=pytest.mark.explore)])
"""For calls that are made in the caller's own thread: they have a thousand instants."""
KIND = pytest.mark.parametrize("kind", KINDS)
RANDOM = 400
"""How many real signals each call gets in the long set, of each kind."""


@pytest.fixture
def server() -> Iterator[Deployment]:
    with Deployment() as server:
        yield server
        until(lambda: not in_the_background() and not server.alive)


@pytest.fixture
def config(server: Deployment) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain=server.address, api_key="key", protocol="http")


@pytest.fixture
def sandbox(server: Deployment, config: ConnectionConfigSync) -> Iterator[SandboxSync]:
    server.add("here")
    with SandboxSync.connect("here", connection_config=config) as sandbox:
        yield sandbox
    server.alive.clear()


def runs(call: Callable[[], Any], kind: type[BaseException], every: int) -> Iterator[Run[Any]]:
    """Yield runs that were broken off: at each so many-th instant, for the long set also by real signals."""
    ended = call()  # what is imported, connected or built at the first call is not what is tried
    if isinstance(ended, SandboxSync):
        ended.destroy()
    tried = 0
    for run in interrupted_at_instants(call, kind, every=every):
        tried += run.where is not None
        yield run
    assert tried > 3, "there were hardly any instants"
    signals = 0
    if every == 1:
        dice = random.Random(tried)
        for _ in range(RANDOM):
            run = interrupted_after(call, kind, dice.uniform(0.0002, 0.02))
            signals += run.where is not None
            yield run
    print(f"interrupts: {tried} at instants, {signals} by signals")  # -rP shows it


def felt(run: Run[Any]) -> None:
    """Check that the caller was told of its own interrupt, and of nothing else."""
    assert run.failure is None or type(run.failure) is run.kind, run


@KIND
@EVERY
def test_interrupted_create_leaves_no_sandbox(
    server: Deployment, config: ConnectionConfigSync, kind: type[BaseException], every: int
) -> None:
    def create() -> SandboxSync:
        return SandboxSync.create("ubuntu", connection_config=config)

    for run in runs(create, kind, every):
        felt(run)
        if run.result is not None:
            run.result.destroy()
        until(lambda: not server.alive and not in_the_background())


@pytest.mark.parametrize("every", [397, pytest.param(7, marks=pytest.mark.explore)])
def test_exception_inside_a_coroutine_leaves_no_sandbox(
    server: Deployment, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    monkeypatch.setattr(leftovers, "SEARCHES_HOLD_UP", 0.4)
    monkeypatch.setattr(leftovers, "SEARCH_PAUSES", (0.02, 0.05, 0.1, 0.2, 0.2))
    config = ConnectionConfig(domain=server.address, api_key="key", protocol="http")
    made: list[Sandbox] = []

    async def create() -> None:
        made.append(await Sandbox.create("ubuntu", connection_config=config))
        server.alive.clear()

    def program() -> None:
        asyncio.run(create())

    program()
    for run in interrupted_at_instants(program, Interrupt, every=every, where=in_a_coroutine_of_the_package):
        felt(run)
        until(lambda: not server.alive)
    assert len(made) > 1


@KIND
@EVERY
def test_interrupted_block_leaves_no_sandbox(
    server: Deployment, config: ConnectionConfigSync, kind: type[BaseException], every: int
) -> None:
    def block() -> None:
        with SandboxSync.ephemeral("ubuntu", connection_config=config):
            pass

    for run in runs(block, kind, every):
        felt(run)
        until(lambda: not server.alive and not in_the_background())


@KIND
@EVERY
@pytest.mark.parametrize("lifetime", [None, timedelta(minutes=5)])
@pytest.mark.parametrize("policy", [AcquirePolicy.WAIT, AcquirePolicy.FAIL_FAST])
def test_interrupted_acquire_leaves_no_sandbox_and_no_dead_pool(
    server: Deployment,
    kind: type[BaseException],
    every: int,
    lifetime: timedelta | None,
    policy: AcquirePolicy,
) -> None:
    with full_pool(partial(new_pool, server), 1) as pool:

        def acquire() -> SandboxSync:
            return pool.acquire(lifetime, policy)

        for run in runs(acquire, kind, every):
            felt(run)
            if run.result is not None:
                run.result.destroy()
            until(lambda: not in_the_background())
            filled(pool, 1)
            until(lambda: set(server.alive) == set(idle(pool)))
            assert waiting(pool) == 0


@KIND
@EVERY
def test_interrupted_block_gives_its_sandbox_back(
    server: Deployment, kind: type[BaseException], every: int
) -> None:
    with full_pool(partial(new_pool, server), 1) as pool:

        def block() -> None:
            with pool.sandbox():
                pass

        for run in runs(block, kind, every):
            felt(run)
            until(lambda: not in_the_background())
            filled(pool, 1)
            until(lambda: set(server.alive) == set(idle(pool)))


@KIND
@EVERY
def test_interrupted_shutdown_leaves_nothing(
    server: Deployment, kind: type[BaseException], every: int
) -> None:
    pools: list[SandboxPoolSync] = []

    def live() -> None:
        pool = new_pool(server, 1)
        pools.append(pool)
        pool.start()
        pool.shutdown()

    for run in runs(live, kind, every):
        felt(run)
        for pool in pools:
            pool.shutdown()
        pools.clear()
        until(lambda: not server.alive and not in_the_background())


CALLS: dict[str, Callable[[SandboxSync, Path], Any]] = {
    "run": lambda sandbox, here: sandbox.commands.run("true"),
    "upload": lambda sandbox, here: sandbox.files.write_file("/a", b"x" * 5000),
    "upload of a file": lambda sandbox, here: sandbox.files.upload(here, "/a"),
    "download": lambda sandbox, here: sandbox.files.read_bytes("/a"),
}


@KIND
@MANY
@pytest.mark.parametrize("name", CALLS)
def test_interrupted_call_leaves_the_sandbox_usable(
    sandbox: SandboxSync, tmp_path: Path, kind: type[BaseException], every: int, name: str
) -> None:
    here = tmp_path / "file"
    here.write_bytes(b"content")
    for run in runs(lambda: CALLS[name](sandbox, here), kind, every):
        felt(run)
        assert sandbox.commands.run("true").exit_code == 0, run
        until(lambda: not in_the_background())
