"""Services for sandboxes that are known by id alone: the manager's way, and the published package's."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._async.adapters import AdapterFactory, CommandsAdapter, SandboxesAdapter
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models.endpoints import EndpointRoute
from opensandbox.models.sandboxes import SandboxFilter

pytestmark = pytest.mark.anyio


async def test_every_service_of_the_factory_works_on_a_real_sandbox(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        factory = AdapterFactory(config)
        sandboxes = factory.create_sandbox_service()
        assert (await sandboxes.get_sandbox_info(sandbox.id)).id == sandbox.id
        assert (await sandboxes._httpx_client.get(f"/sandboxes/{sandbox.id}")).json()["id"] == sandbox.id
        endpoint = await sandboxes.get_sandbox_endpoint(sandbox.id, 44772)
        commands = factory.create_command_service(endpoint)
        assert (await commands.run("echo hello")).text == "hello"
        assert (await commands._httpx_client.get("/ping")).status_code == 200
        await factory.create_filesystem_service(endpoint).write_file("/tmp/a", "content")
        assert (await commands.run("cat /tmp/a")).text == "content"
        assert await factory.create_health_service(endpoint).ping(sandbox.id)
        assert (await factory.create_metrics_service(endpoint).get_metrics(sandbox.id)).cpu_count > 0
        assert await factory.create_isolated_session_service(endpoint).list() == []
        assert (await factory.create_diagnostics_service().get_events(sandbox.id, "all")).kind == "events"
        mine = Sandbox(sandbox.id, sandbox_service=sandboxes, connection_config=config)
        assert (await mine.get_info()).id == sandbox.id
        await mine.close()


async def test_a_manager_finds_the_way_to_a_port_by_id(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key)
    async with (
        Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox,
        await SandboxManager.create(config) as manager,
    ):
        assert await manager.get_endpoint(sandbox.id, 44772) == await sandbox.get_endpoint(44772)
        through = await manager.get_endpoint(sandbox.id, 8000, EndpointRoute.through_server())
        assert sandbox.id in through.endpoint
        with pytest.raises(InvalidArgumentException, match="port"):
            await manager.get_endpoint(sandbox.id, 0)
        with pytest.raises(InvalidArgumentException, match="sandbox_id"):
            await manager.get_endpoint("", 8000)
        assert (await manager.list_sandbox_infos(SandboxFilter())).sandbox_infos


@pytest.mark.parametrize(
    "make",
    [
        lambda: AdapterFactory(None),  # type: ignore[arg-type]
        lambda: SandboxesAdapter("localhost"),  # type: ignore[arg-type]
        lambda: CommandsAdapter(ConnectionConfig(), "127.0.0.1:1"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_meant_is_refused(make: Any) -> None:
    with pytest.raises(InvalidArgumentException, match="must be"):
        make()


def test_what_programs_for_the_published_package_reach_for_is_there() -> None:
    sandbox = Sandbox("box")
    assert sandbox._connection_config is sandbox.connection_config
    other = ConnectionConfig(domain="other.example.com")
    sandbox._connection_config = other
    assert sandbox.connection_config is other
    assert sandbox._command_service is sandbox.commands
    assert sandbox._sandbox_service.get_sandbox_info
