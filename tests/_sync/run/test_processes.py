# Generated from tests/_async/run/test_processes.py by scripts/unasync.py. Do not edit.
"""`sandbox.processes`: what runs inside, and signals to it, on servers of either manner."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import CommandFailedException, InvalidArgumentException
from opensandbox.local import LocalServer


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


def test_what_runs_is_listed_and_killed_with_all_it_started(sandbox: SandboxSync) -> None:
    started = sandbox.commands.start("sleep 7001 & sleep 7002 & wait")

    def sleeping() -> dict[str, Any]:
        found = sandbox.processes.list()
        return {" ".join(process.command): process for process in found if process.command[0] == "sleep"}

    # The shell starts them one by one; `kill` is not waited for by them.
    while len(found := sleeping()) < 2:
        sandbox.commands.run("sleep 0.05")
    one = found["sleep 7001"]
    assert (one.user, one.state) == ("root", "S")
    assert one.memory > os.sysconf("SC_PAGESIZE")
    assert one.cpu_time.total_seconds() >= 0
    sandbox.processes.kill(one.parent_pid, tree=True)
    assert (started.wait(20)).exit_code != 0
    assert {name for name, process in (sleeping()).items() if process.state != "Z"} == set()
    sandbox.processes.kill(one.pid)


def test_a_signal_reaches_a_process(sandbox: SandboxSync) -> None:
    started = sandbox.commands.start(["sleep", "7003"])
    (pid,) = [item.pid for item in sandbox.processes.list() if item.command == ["sleep", "7003"]]
    sandbox.processes.signal(pid, signal.SIGTERM)
    assert (started.wait(20)).exit_code != 0
    with pytest.raises(CommandFailedException, match="No such process"):
        sandbox.processes.signal(999_999, "HUP")


@pytest.mark.parametrize(("pid", "number"), [(1, "TERM"), (True, "TERM"), (12, "NOPE"), (12, 0)])
def test_what_makes_no_sense_is_refused(sandbox: SandboxSync, pid: int, number: str | int) -> None:
    with pytest.raises(InvalidArgumentException, match="must be"):
        sandbox.processes.signal(pid, number)
