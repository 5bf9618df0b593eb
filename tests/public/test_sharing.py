"""What is shared survives it: a config over several event loops, over many threads, over a fork."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import scope_key
from opensandbox._sync.net import transports
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.sync import SandboxSync
from tests.support.deployment import Deployment
from tests.support.waiting import until

THREADS = 32
ROUNDS = 10


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with Deployment() as deployment:
        deployment.add("box")
        yield deployment
        until(lambda: deployment.open == 0)


def test_config_works_in_one_event_loop_after_another(deployment: Deployment) -> None:
    config = ConnectionConfig(domain=deployment.address, trust_env=False)

    async def use() -> int | None:
        async with Sandbox("box", connection_config=config) as sandbox:
            await sandbox.get_info()
            return (await sandbox.commands.run("make")).exit_code

    assert asyncio.run(use()) == 0
    assert asyncio.run(use()) == 0


def test_sandbox_object_works_in_a_later_event_loop(deployment: Deployment) -> None:
    sandbox = Sandbox("box", connection_config=ConnectionConfig(domain=deployment.address, trust_env=False))

    async def use_and_close() -> str:
        async with sandbox:
            return (await sandbox.get_info()).id

    assert asyncio.run(use_and_close()) == "box"
    assert asyncio.run(use_and_close()) == "box"


@pytest.mark.parametrize("shares_the_sandbox", [False, True])
def test_many_threads_share_a_config(deployment: Deployment, shares_the_sandbox: bool) -> None:
    config = ConnectionConfigSync(domain=deployment.address, trust_env=False)
    shared = SandboxSync("box", connection_config=config)

    def hammer(_: int) -> list[object]:
        sandbox = shared if shares_the_sandbox else SandboxSync("box", connection_config=config)
        seen: list[object] = []
        for _ in range(ROUNDS):
            seen += [sandbox.get_info().id, sandbox.commands.run("make").exit_code]
            if not shares_the_sandbox:
                sandbox.close()
        return seen

    with ThreadPoolExecutor(THREADS) as threads:
        for seen in threads.map(hammer, range(THREADS)):
            assert seen == ["box", 0] * ROUNDS
    shared.close()
    commands = [line for line in deployment.lines() if line.startswith("POST")]
    assert len(commands) == THREADS * ROUNDS


def test_threads_that_use_it_first_at_the_same_time_are_one_user(deployment: Deployment) -> None:
    config = ConnectionConfigSync(domain=deployment.address, trust_env=False)
    together = Barrier(4)
    switching, _ = sys.getswitchinterval(), sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(together.parties) as threads:
            for _ in range(200):
                sandbox = SandboxSync("box", connection_config=config)

                def use(_: int, sandbox: SandboxSync = sandbox) -> object:
                    together.wait()
                    return sandbox._http.client()

                assert len(set(threads.map(use, range(together.parties)))) == 1
                sandbox.close()
                assert not transports._shared.get(scope_key())
    finally:
        sys.setswitchinterval(switching)


FORKING = """
import os, sys
from opensandbox.config import ConnectionConfigSync
from opensandbox.sync import SandboxSync

config = ConnectionConfigSync(domain=sys.argv[1], trust_env=False)
sandbox = SandboxSync("box", connection_config=config)
assert sandbox.get_info().id == "box"
pid = os.fork()
name = "parent" if pid else "child"
mine = SandboxSync(name, connection_config=config)
for _ in range(20):
    assert mine.get_info().id == name
    assert sandbox.get_info().id == "box"
mine.close()
sandbox.close()
if pid:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
os._exit(0)
"""


def test_parent_and_child_of_a_fork_go_on_over_connections_of_their_own(deployment: Deployment) -> None:
    deployment.add("parent")
    deployment.add("child")
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FORKING), deployment.address],
        check=True,
        timeout=30,
    )

    def connections(name: str) -> set[int]:
        return {request.connection for request in deployment.requests if request.path.endswith(name)}

    assert connections("parent")
    assert connections("child")
    assert not connections("parent") & connections("child")


WITHOUT_OPENTELEMETRY = """
import sys
sys.modules["opentelemetry"] = None
from opensandbox.config import ConnectionConfigSync
from opensandbox.sync import SandboxSync

config = ConnectionConfigSync(domain=sys.argv[1], trust_env=False, enable_tracing=True)
with SandboxSync("box", connection_config=config) as sandbox:
    assert sandbox.get_info().id == "box"
    assert sandbox.commands.run("make").exit_code == 0
"""


def test_tracing_without_opentelemetry_does_nothing(deployment: Deployment) -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_OPENTELEMETRY, deployment.address], check=True, timeout=30)
    assert len(deployment.requests) == 3
