"""Fixtures for pytest, there as soon as the package is installed: a server for the session, a sandbox for each test.

    def test_it_works(sandbox_sync):
        assert sandbox_sync.commands.run("echo hello").logs.stdout[0].text == "hello"

    async def test_it_works_async(sandbox):  # with an asyncio plugin of your choice
        assert (await sandbox.commands.run("true")).exit_code == 0

    def test_a_failing_build(scripted_sandbox):  # no server: see `opensandbox.testing`
        scripted_sandbox.on("make", exit_code=2)
        assert scripted_sandbox.blocking().commands.run("make").exit_code == 2

Override `opensandbox_image` to start another image, `opensandbox_packages` to have packages in it, `opensandbox_server` to start the server otherwise. Nothing is
imported or started before a test asks for it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

    from opensandbox.local.server import LocalServer
    from opensandbox.sandbox import Sandbox
    from opensandbox.sync.sandbox import SandboxSync
    from opensandbox.testing import ScriptedSandbox


@pytest.fixture
def scripted_sandbox() -> ScriptedSandbox:
    """A sandbox that follows a script, without a server: see `opensandbox.testing`."""
    from opensandbox.testing import ScriptedSandbox

    return ScriptedSandbox()


@pytest.fixture(scope="session")
def opensandbox_packages() -> Sequence[str]:
    """The packages that pip installs for every sandbox of `opensandbox_server`."""
    return ()


@pytest.fixture(scope="session")
def opensandbox_server(opensandbox_packages: Sequence[str]) -> Iterator[LocalServer]:
    """An embedded server that runs until the end of the session."""
    from opensandbox.local.server import LocalServer

    with LocalServer(packages=opensandbox_packages) as server:
        yield server


@pytest.fixture(scope="session")
def opensandbox_image() -> str:
    """The image that `sandbox` and `sandbox_sync` start."""
    return "ubuntu"


@pytest.fixture
def sandbox_sync(opensandbox_server: LocalServer, opensandbox_image: str) -> Iterator[SandboxSync]:
    """A sandbox for this test, blocking; killed and closed afterwards."""
    from opensandbox.sync.sandbox import SandboxSync

    config = opensandbox_server.connection_config_sync()
    with SandboxSync.create(opensandbox_image, connection_config=config) as sandbox:
        yield sandbox
        _kill(opensandbox_server, sandbox.id)


@pytest.fixture
def sandbox(opensandbox_server: LocalServer, opensandbox_image: str) -> Iterator[Sandbox]:
    """A sandbox for this test, async; killed and closed afterwards. It keeps no idle connection on the event loop of the test."""
    from opensandbox.sandbox import Sandbox

    config = opensandbox_server.connection_config()

    async def create() -> Sandbox:
        async with await Sandbox.create(opensandbox_image, connection_config=config) as made:
            # The loop of the test ends before this fixture does, and nobody could close them there.
            once = config.with_transport_if_missing(max_keepalive_connections=0)
            return await Sandbox.connect(made.id, connection_config=once)

    sandbox = _elsewhere(create())
    yield sandbox
    _kill(opensandbox_server, sandbox.id)
    _elsewhere(sandbox.close())


def _kill(server: LocalServer, sandbox_id: str) -> None:
    from opensandbox.exceptions import SandboxNotFoundException
    from opensandbox.sync.manager import SandboxManagerSync

    manager = SandboxManagerSync.create(connection_config=server.connection_config_sync())
    with manager, contextlib.suppress(SandboxNotFoundException):  # the test may have killed it
        manager.kill_sandbox(sandbox_id)


def _elsewhere(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end on an event loop of its own, whatever asyncio plugin rules over the loops of this thread."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, work).result()
