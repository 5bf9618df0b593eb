"""What tests of both twins share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from opensandbox import Sandbox
from opensandbox._async.control import leftovers
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.local import LocalServer
from tests._async.leaks import nothing_is_left
from tests.local.execd.daemon import Execd, running_execd
from tests.support.deployment import Deployment


@pytest.fixture(scope="session")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    """A daemon on a unix socket, unisolated: what it reads and writes can be looked at from outside."""
    with running_execd(tmp_path_factory.mktemp("execd")) as running:
        yield running


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    """A deployment that can be made to fail. Afterwards no connection may be open, and no created sandbox left."""
    with Deployment() as deployment:
        yield deployment
        await nothing_is_left(deployment)


@pytest.fixture(autouse=True)
def looks_without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at once, and not over five minutes, for what lost creations may have made."""
    monkeypatch.setattr(leftovers, "SEARCH_PAUSES", (0.01, 0.02))


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalServer]:
    """The embedded server, with real sandboxes."""
    with LocalServer() as server:
        yield server


@pytest.fixture
async def box(local_server: LocalServer) -> AsyncIterator[Sandbox]:
    """A real sandbox for one test, which may end it."""
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key, trust_env=False)
    sandbox = await Sandbox.create("ubuntu", connection_config=config)
    try:
        yield sandbox
    finally:
        with suppress(SandboxNotFoundException):
            await sandbox.kill()
        await sandbox.close()
