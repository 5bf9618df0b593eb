"""One real server for all tests here, and sandboxes that go away with their test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from opensandbox.local import LocalServer
from tests.local.server.client import Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def allowed_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host directory below which the server mounts volumes."""
    return tmp_path_factory.mktemp("allowed")


@pytest.fixture(scope="session")
def server(allowed_directory: Path) -> Iterator[LocalServer]:
    """A server that runs as long as the tests."""
    with LocalServer(mounts=[allowed_directory]) as server:
        yield server


@pytest.fixture
def api(server: LocalServer) -> Iterator[Api]:
    """A client of the lifecycle API; what it created is deleted afterwards."""
    with httpx.Client(
        base_url=f"{server.url}/v1",
        headers={"OPEN-SANDBOX-API-KEY": server.api_key},
        timeout=30,
    ) as client:
        api = Api(client)
        yield api
        api.delete_created()


@pytest.fixture
def sandbox(api: Api) -> dict[str, Any]:
    """A running sandbox as the creation answered it."""
    return api.create()
