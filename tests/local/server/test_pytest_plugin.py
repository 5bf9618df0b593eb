"""The fixtures of the pytest plugin, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TESTS = """
import pytest

seen = []

def test_blocking(sandbox_sync):
    assert sandbox_sync.commands.run("echo hello").logs.stdout[0].text == "hello"
    seen.append(sandbox_sync.id)

@pytest.mark.anyio
async def test_async(sandbox):
    assert (await sandbox.commands.run("echo hello")).logs.stdout[0].text == "hello"
    seen.append(sandbox.id)

@pytest.mark.anyio
async def test_killed_by_the_test(sandbox):
    await sandbox.kill()

def test_nothing_is_left(opensandbox_server):
    from opensandbox import SandboxManagerSync
    assert len(set(seen)) == 2
    with SandboxManagerSync.create(connection_config=opensandbox_server.connection_config_sync()) as manager:
        from opensandbox.models.sandboxes import SandboxFilter
        assert manager.list_sandbox_infos(SandboxFilter()).sandbox_infos == []

@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"
"""


def run_pytest(directory: Path, tests: str) -> str:
    (directory / "test_it.py").write_text(tests)
    # Named instead of found, so that it makes no difference whether the package is installed here.
    plugins = ["-p", "no:cacheprovider", "-p", "anyio.pytest_plugin", "-p", "opensandbox.local.pytest_plugin"]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-W", "error", "-m", "pytest", *plugins, str(directory)]
    shown = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=directory
    )
    return shown.stdout + shown.stderr


def test_fixtures(tmp_path: Path) -> None:
    assert "4 passed" in run_pytest(tmp_path, TESTS)


def test_unused_plugin_imports_nothing(tmp_path: Path) -> None:
    tests = "import sys\ndef test_it():\n    assert not {'httpx', 'pydantic', 'starlette', 'opensandbox.local.server'} & set(sys.modules)\n"
    assert "1 passed" in run_pytest(tmp_path, tests)
