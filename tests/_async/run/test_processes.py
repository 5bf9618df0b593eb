"""`sandbox.processes`: what runs inside, and signals to it, on servers of either manner."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import CommandFailedException, InvalidArgumentException
from opensandbox.local import LocalServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


async def test_what_runs_is_listed_and_killed_with_all_it_started(sandbox: Sandbox) -> None:
    started = await sandbox.commands.start("sleep 7001 & sleep 7002 & wait")

    async def sleeping() -> dict[str, Any]:
        found = await sandbox.processes.list()
        return {" ".join(process.command): process for process in found if process.command[0] == "sleep"}

    # The shell starts them one by one; `kill` is not waited for by them.
    while len(found := await sleeping()) < 2:
        await sandbox.commands.run("sleep 0.05")
    one = found["sleep 7001"]
    assert (one.user, one.state) == ("root", "S")
    assert one.memory > os.sysconf("SC_PAGESIZE")
    assert one.cpu_time.total_seconds() >= 0
    await sandbox.processes.kill(one.parent_pid, tree=True)
    assert (await started.wait(20)).exit_code != 0
    assert {name for name, process in (await sleeping()).items() if process.state != "Z"} == set()
    await sandbox.processes.kill(one.pid)


async def test_a_signal_reaches_a_process(sandbox: Sandbox) -> None:
    started = await sandbox.commands.start(["sleep", "7003"])
    (pid,) = [item.pid for item in await sandbox.processes.list() if item.command == ["sleep", "7003"]]
    await sandbox.processes.signal(pid, signal.SIGTERM)
    assert (await started.wait(20)).exit_code != 0
    with pytest.raises(CommandFailedException, match="No such process"):
        await sandbox.processes.signal(999_999, "HUP")


@pytest.mark.parametrize(("pid", "number"), [(1, "TERM"), (True, "TERM"), (12, "NOPE"), (12, 0)])
async def test_what_makes_no_sense_is_refused(sandbox: Sandbox, pid: int, number: str | int) -> None:
    with pytest.raises(InvalidArgumentException, match="must be"):
        await sandbox.processes.signal(pid, number)
