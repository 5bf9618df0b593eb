"""Calls made of several requests and commands: `timeout` bounds all of them together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opensandbox import Sandbox
from opensandbox.exceptions import SandboxTimeoutException
from tests._async.attaching import config_for
from tests.support.deployment import INIT, STREAM_HEAD, Deployment
from tests.support.faults import HOLD, answer, chunk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Lend out a sandbox in which no command ends."""
    with Deployment() as server:
        server.add("here")
        server.always("POST /at/here/*/directories", [answer(200, {})])
        server.always("POST /at/here/*/command", [STREAM_HEAD + chunk(INIT), HOLD])
        async with Sandbox("here", connection_config=config_for(server)) as sandbox:
            yield sandbox


@pytest.mark.parametrize("how", [{"append": True}, {"exclusive": True}, {"verify": True}], ids=str)
async def test_timeout_bounds_the_whole_of_a_write(sandbox: Sandbox, how: dict[str, bool]) -> None:
    with pytest.raises(SandboxTimeoutException, match=r"'/a': .*within the timeout; raise timeout"):
        await sandbox.files.write_file("/a", "text", timeout=0.3, **how)


async def test_timeout_bounds_the_whole_of_a_tree(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with pytest.raises(SandboxTimeoutException, match="raise timeout"):
        await sandbox.files.download_dir("/a", tmp_path / "target", timeout=0.3)
    with pytest.raises(SandboxTimeoutException, match="raise timeout"):
        await sandbox.files.upload_dir(tmp_path / "source", "/a", timeout=0.3)


async def test_packing_ends_with_the_timeout(sandbox: Sandbox, tmp_path: Path) -> None:
    for index in range(20):
        (tmp_path / f"{index}").touch()
    with pytest.raises(SandboxTimeoutException, match="was not packed within the timeout"):
        await sandbox.files.upload_dir(tmp_path, "/a", timeout=1e-6)
    with pytest.raises(SandboxTimeoutException, match="raise timeout"):
        await sandbox.files.download_dir("/a", tmp_path / "target", timeout=0.3)
