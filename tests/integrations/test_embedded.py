"""Where adapters run without a deployment: one embedded server for the process, announced once, and gone with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.integrations import embedded, needs_extra

PROGRAM = """
import asyncio, weakref
class Before: pass
before = Before()
weakref.finalize(before, int)
from concurrent.futures import ThreadPoolExecutor
from opensandbox import SandboxSync
from opensandbox.integrations.embedded import connection_config, connection_config_async, connection_config_sync

with ThreadPoolExecutor() as threads:
    at_once = list(threads.map(lambda _: connection_config_sync(), range(4)))
domains = {config.domain for config in (*at_once, connection_config(), asyncio.run(connection_config_async()))}
with SandboxSync.ephemeral("ubuntu", connection_config=at_once[0]) as sandbox:
    assert sandbox.commands.run("echo here").text == "here"
from opensandbox.integrations.lifetimes import KeptSandbox
forgotten = KeptSandbox("ubuntu")
print(*domains)
"""


def run(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPEN_SANDBOX")}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(
        command, env={**environment, **variables}, capture_output=True, text=True, timeout=120
    )


def test_one_server_for_the_process_announced_once_and_gone_with_it() -> None:
    done = run(PROGRAM)
    assert done.returncode == 0, done.stderr
    (domain,) = done.stdout.split()
    (said,) = (
        done.stderr.splitlines()
    )  # nothing of the sandbox that was forgotten, which ends before the server
    assert said.startswith("OPEN_SANDBOX_DOMAIN is not set")
    host, _, port = domain.partition(":")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_a_server_that_cannot_start_is_an_error_and_nothing_runs_instead() -> None:
    done = run(PROGRAM, OPEN_SANDBOX_LOCAL_START="nonsense")
    assert "LocalServerError: the server did not start" in done.stderr


def test_a_configured_deployment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN_SANDBOX_DOMAIN", "sandboxes.example.com")
    assert embedded.connection_config().get_domain() == "sandboxes.example.com"
    assert embedded.connection_config_sync().get_domain() == "sandboxes.example.com"


def test_given_settings_prevail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPEN_SANDBOX_DOMAIN", raising=False)
    given, given_sync = ConnectionConfig(domain="a.example.com"), ConnectionConfigSync(domain="b.example.com")
    assert embedded.connection_config(given) is given
    assert embedded.connection_config_sync(given_sync) is given_sync


def test_a_framework_that_is_missing_is_named_with_its_extra() -> None:
    error = needs_extra("deepagents", ImportError("No module named 'deepagents'"))
    assert str(error) == (
        "No module named 'deepagents'; this adapter needs the extra `deepagents`: pip install \"opensandbox[deepagents]\""
    )
