"""The published companions, run as they are, against the embedded server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from opensandbox.local import LocalServer
from tests.companions.environment import companions
from tests.support.shared_packages import shared_packages


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def programs() -> Path:
    """The programs of the environment that has the companions, and this package for their SDK."""
    return companions()


@pytest.fixture(scope="session")
def local_server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture(scope="session")
def java_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server whose sandboxes have a kernel for the machine's Java."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in shared_packages(tmp_path_factory).items():
            patch.setenv(name, value)
        with LocalServer(packages=["jjava"]) as server:
            yield server


@pytest.fixture(scope="session")
def environment(local_server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What companions are told about the server, and nothing of this machine's settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPEN_SANDBOX", "PYTHON")) and not name.lower().endswith("_proxy")
    }
    return {
        **inherited,
        "HOME": str(tmp_path_factory.mktemp("home")),
        "NO_COLOR": "1",
        "OPEN_SANDBOX_API_KEY": local_server.api_key,
        "OPEN_SANDBOX_DOMAIN": local_server.domain,
    }
