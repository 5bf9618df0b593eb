"""Users inside a sandbox of the embedded server: commands and files of others than root."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxApiException, SandboxException
from opensandbox.local import LocalServer

pytestmark = pytest.mark.anyio

# Whoever else runs the tests may have no subordinate ids.
KINDS = ["range", "one"] if os.geteuid() == 0 else ["one"]


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(users=request.param, spares=0) as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


async def test_others_than_root_exist_or_are_refused_with_the_reason(sandbox: Sandbox) -> None:
    about = (await sandbox.get_diagnostic_events("runtime")).content or ""
    assert (await sandbox.commands.run("id -u", opts={"uid": 0})).stdout == "0\n"
    await sandbox.files.write_file("/tmp/file", "text", owner="root", group="0")
    if "Users: one: the server is told so (users=one)" in about:
        with pytest.raises(SandboxApiException, match=r"user 65534 does not exist.*users=one"):
            await sandbox.files.write_file("/tmp/file", "text", owner="nobody")
        with pytest.raises(SandboxException, match=r"user 1000 does not exist.*users=one"):
            await sandbox.commands.run("id", opts={"uid": 1000, "gid": 1000}, check=True)
        return
    assert "Users: 0 to 65535" in about
    await sandbox.files.write_file("/tmp/file", "text", owner="nobody", group="nogroup", mode=640)
    info = (await sandbox.files.get_file_info(["/tmp/file"]))["/tmp/file"]
    assert (info.owner, info.group) == ("nobody", "nogroup")
    read = await sandbox.commands.run("id -u; cat /tmp/file", opts={"uid": 65534})
    assert read.stdout == "65534\ntext"
    refused = await sandbox.commands.run("cat /tmp/file", opts={"uid": 1000, "gid": 1000})
    assert refused.exit_code == 1
    named = await sandbox.commands.run("id -un; cat", user="nobody", input="x")
    assert named.stdout == "nobody\nx"
