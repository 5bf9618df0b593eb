"""What programs do without thinking, and what they read of errors by their words."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx
import pytest

from opensandbox import Sandbox, SandboxSync
from opensandbox._core.calls import failures
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.local import LocalServer
from opensandbox.models.execd import RunCommandOpts
from opensandbox.models.filesystem import SetPermissionEntry, WriteEntry
from opensandbox.models.isolated import CreateIsolatedSessionRequest, IsolatedWorkspaceSpec

RETRYING = """
from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.transport import RetryPolicy
from datetime import timedelta
{setup}
config = ConnectionConfigSync(domain="127.0.0.1:9", retry_policy=RetryPolicy(initial_backoff=timedelta(0)))
try:
    SandboxSync("box", connection_config=config).get_info()
except Exception as failure:
    print(type(failure).__name__)
"""


@pytest.mark.parametrize("data", [b"\xff\x00", bytearray(b"\xff\x00"), memoryview(b"\xff\x00")])
def test_bytes_of_any_kind_are_bytes(data: bytes | bytearray | memoryview) -> None:
    assert WriteEntry(path="/a", data=data).data == b"\xff\x00"


def test_bytes_of_any_kind_arrive(local_box: SandboxSync) -> None:
    for data in (bytearray(b"\xff\x00"), memoryview(b"\xff\x00")):
        local_box.files.write_file("/tmp/data", data, verify=True)
        assert local_box.files.read_bytes("/tmp/data") == b"\xff\x00"


@pytest.fixture(scope="module")
def local_box():  # type: ignore[no-untyped-def]
    with (
        LocalServer() as server,
        SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as box,
    ):
        yield box


OWN = [{"uid": 0}, {"uid": 0, "gid": 0}]


@pytest.mark.parametrize("ids", OWN)
def test_ones_own_ids_are_taken_on_already(local_box: SandboxSync, ids: dict[str, int]) -> None:
    opts = RunCommandOpts(**ids)
    assert local_box.commands.run("id -u; id -g", opts=opts).text == "0\n0"
    assert local_box.commands.run(["id", "-u"], opts=opts).text == "0"
    assert local_box.commands.start("true", opts=opts).wait(60).exit_code == 0


@pytest.mark.parametrize("ids", OWN)
def test_ones_own_ids_are_taken_on_already_in_an_isolated_session(
    local_box: SandboxSync, ids: dict[str, int]
) -> None:
    workspace = IsolatedWorkspaceSpec(path="/tmp", mode="rw")
    session = local_box.isolation.create(CreateIsolatedSessionRequest(workspace=workspace, **ids))
    assert session.run("id -u; id -g").text == "0\n0"
    session.delete()


@pytest.mark.parametrize(("owner", "group"), [("root", "root"), ("0", "0"), ("root", None), (None, "root")])
def test_files_may_be_given_to_oneself(local_box: SandboxSync, owner: str | None, group: str | None) -> None:
    for files in (local_box.files, local_box.files_with_identity(0, 0)):
        files.write_file("/tmp/mine", "text", owner=owner, group=group)
        files.set_permissions([SetPermissionEntry(path="/tmp/mine", owner=owner, group=group, mode=600)])
        files.create_directories([WriteEntry(path="/tmp/mine.d", owner=owner, group=group)])
        assert files.read_file("/tmp/mine") == "text"


def test_a_private_address_is_told_by_its_range(local_box: SandboxSync) -> None:
    said = local_box.commands.run("curl -s http://10.1.2.3/").text
    assert "10.0.0.0/8" in said
    assert "--resolve" in said
    assert "policy" not in said


def test_a_missing_sandbox_is_not_found() -> None:
    failure = failures.api_failure(
        status=404, headers={}, body=b"", method="GET", url="http://localhost:8080/v1/sandboxes/box"
    )
    assert "not found" in str(failure)


@pytest.mark.parametrize("kind", failures.TransportFailure)
@pytest.mark.parametrize("proxy", [None, "http://proxy.example.com:5020"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_address_in_a_message_reads_like_a_status(
    kind: failures.TransportFailure, proxy: str | None, scheme: str
) -> None:
    failure = failures.transport_failure(
        kind, ValueError("no luck"), method="GET", url=f"{scheme}://localhost:5030/v1/x", proxy=proxy
    )
    assert "localhost:5030" in str(failure)
    assert not re.search(r"^\W*http|(status code|http)\D+\d{3}", str(failure), re.IGNORECASE)


class Broken(httpx.BaseTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a transport of the caller's")


class BrokenAsync(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a transport of the caller's")


def test_whatever_a_ping_raises_is_not_healthy() -> None:
    assert (
        SandboxSync("box", connection_config=ConnectionConfigSync(transport=Broken())).is_healthy() is False
    )


@pytest.mark.anyio
async def test_whatever_a_ping_raises_is_not_healthy_for_asyncio() -> None:
    sandbox = Sandbox("box", connection_config=ConnectionConfig(transport=BrokenAsync()))
    assert await sandbox.is_healthy() is False


@pytest.mark.parametrize(("setup", "told"), [("", 0), ("import logging; logging.basicConfig()", 3)])
def test_retries_are_told_to_programs_that_have_set_up_logging(setup: str, told: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RETRYING.format(setup=setup)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "SandboxConnectionException\n"
    assert done.stderr.count("retry") == told
