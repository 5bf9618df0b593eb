# Generated from tests/_async/run/test_users.py by scripts/unasync.py. Do not edit.
"""Users inside a sandbox of the embedded server: commands and files of others than root."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxApiException, SandboxException
from opensandbox.local import LocalServer

# Whoever else runs the tests may have no subordinate ids.
KINDS = ["range", "one"] if os.geteuid() == 0 else ["one"]


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(users=request.param, spares=0) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


def test_others_than_root_exist_or_are_refused_with_the_reason(sandbox: SandboxSync) -> None:
    about = (sandbox.get_diagnostic_events("runtime")).content or ""
    assert (sandbox.commands.run("id -u", opts={"uid": 0})).stdout == "0\n"
    sandbox.files.write_file("/tmp/file", "text", owner="root", group="0")
    if "Users: one: the server is told so (users=one)" in about:
        with pytest.raises(SandboxApiException, match=r"user 65534 does not exist.*users=one"):
            sandbox.files.write_file("/tmp/file", "text", owner="nobody")
        with pytest.raises(SandboxException, match=r"user 1000 does not exist.*users=one"):
            sandbox.commands.run("id", opts={"uid": 1000, "gid": 1000}, check=True)
        return
    assert "Users: 0 to 65535" in about
    sandbox.files.write_file("/tmp/file", "text", owner="nobody", group="nogroup", mode=640)
    info = (sandbox.files.get_file_info(["/tmp/file"]))["/tmp/file"]
    assert (info.owner, info.group) == ("nobody", "nogroup")
    read = sandbox.commands.run("id -u; cat /tmp/file", opts={"uid": 65534})
    assert read.stdout == "65534\ntext"
    refused = sandbox.commands.run("cat /tmp/file", opts={"uid": 1000, "gid": 1000})
    assert refused.exit_code == 1
    named = sandbox.commands.run("id -un; cat", user="nobody", input="x")
    assert named.stdout == "nobody\nx"
