# Generated from tests/_async/test_by_id.py by scripts/unasync.py. Do not edit.
"""Services for sandboxes that are known by id alone: the manager's way, and the published package's."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._sync.adapters import AdapterFactorySync, CommandsAdapterSync, SandboxesAdapterSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models.endpoints import EndpointRoute
from opensandbox.models.sandboxes import SandboxFilter


def test_every_service_of_the_factory_works_on_a_real_sandbox(local_server: LocalServer) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        factory = AdapterFactorySync(config)
        sandboxes = factory.create_sandbox_service()
        assert (sandboxes.get_sandbox_info(sandbox.id)).id == sandbox.id
        assert (sandboxes._httpx_client.get(f"/sandboxes/{sandbox.id}")).json()["id"] == sandbox.id
        endpoint = sandboxes.get_sandbox_endpoint(sandbox.id, 44772)
        commands = factory.create_command_service(endpoint)
        assert (commands.run("echo hello")).text == "hello"
        assert (commands._httpx_client.get("/ping")).status_code == 200
        factory.create_filesystem_service(endpoint).write_file("/tmp/a", "content")
        assert (commands.run("cat /tmp/a")).text == "content"
        assert factory.create_health_service(endpoint).ping(sandbox.id)
        assert (factory.create_metrics_service(endpoint).get_metrics(sandbox.id)).cpu_count > 0
        assert factory.create_isolated_session_service(endpoint).list() == []
        assert (factory.create_diagnostics_service().get_events(sandbox.id, "all")).kind == "events"
        mine = SandboxSync(sandbox.id, sandbox_service=sandboxes, connection_config=config)
        assert (mine.get_info()).id == sandbox.id
        mine.close()


def test_a_manager_finds_the_way_to_a_port_by_id(local_server: LocalServer) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key)
    with (
        SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox,
        SandboxManagerSync.create(config) as manager,
    ):
        assert manager.get_endpoint(sandbox.id, 44772) == sandbox.get_endpoint(44772)
        through = manager.get_endpoint(sandbox.id, 8000, EndpointRoute.through_server())
        assert sandbox.id in through.endpoint
        with pytest.raises(InvalidArgumentException, match="port"):
            manager.get_endpoint(sandbox.id, 0)
        with pytest.raises(InvalidArgumentException, match="sandbox_id"):
            manager.get_endpoint("", 8000)
        assert (manager.list_sandbox_infos(SandboxFilter())).sandbox_infos


@pytest.mark.parametrize(
    "make",
    [
        lambda: AdapterFactorySync(None),  # type: ignore[arg-type]
        lambda: SandboxesAdapterSync("localhost"),  # type: ignore[arg-type]
        lambda: CommandsAdapterSync(ConnectionConfigSync(), "127.0.0.1:1"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_refused(make: Any) -> None:
    with pytest.raises(InvalidArgumentException, match="must be"):
        make()


def test_what_programs_for_the_published_package_reach_for_is_there() -> None:
    sandbox = SandboxSync("box")
    assert sandbox._connection_config is sandbox.connection_config
    other = ConnectionConfigSync(domain="other.example.com")
    sandbox._connection_config = other
    assert sandbox.connection_config is other
    assert sandbox._command_service is sandbox.commands
    assert sandbox._sandbox_service.get_sandbox_info
