"""Services for sandboxes that are known by id alone: the manager's way, and the published package's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox._async.published.adapters import AdapterFactory, CommandsAdapter, SandboxesAdapter
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models.endpoints import EndpointRoute
from opensandbox.models.sandboxes import NetworkPolicy, SandboxFilter
from tests._async.attaching import BOX, config_for
from tests._async.leaks import nothing_is_left
from tests.support.deployment import Deployment
from tests.support.faults import answer

pytestmark = pytest.mark.anyio

POLICY = {"policy": {"defaultAction": "deny", "egress": []}}


async def test_every_service_of_the_factory_works_on_a_real_sandbox(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key)
    policy = NetworkPolicy(default_action="deny")
    async with Sandbox.ephemeral("ubuntu", connection_config=config, network_policy=policy) as sandbox:
        factory = AdapterFactory(config)
        sandboxes = factory.create_sandbox_service()
        assert (await sandboxes.get_sandbox_info(sandbox.id)).id == sandbox.id
        assert (await sandboxes._httpx_client.get(f"/sandboxes/{sandbox.id}")).json()["id"] == sandbox.id
        endpoint = await sandboxes.get_sandbox_endpoint(sandbox.id, 44772)
        commands = factory.create_command_service(endpoint)
        assert (await commands.run("echo hello")).text == "hello"
        files = factory.create_filesystem_service(endpoint)
        await files.write_file("/tmp/a", "content", verify=True)
        assert (await commands.run("cat /tmp/a")).text == "content"
        health = factory.create_health_service(endpoint)
        assert await health.ping(sandbox.id)
        metrics = factory.create_metrics_service(endpoint)
        assert (await metrics.get_metrics(sandbox.id)).cpu_count > 0
        isolated = factory.create_isolated_session_service(endpoint)
        assert await isolated.list() == []
        for service in (commands, files, health, metrics, isolated):
            assert service.connection_config is config
            assert service.execd_endpoint is endpoint
            assert service._httpx_client is service._httpx_client
            assert (await service._httpx_client.get("/ping")).status_code == 200
        egress = factory.create_egress_service(await sandboxes.get_sandbox_endpoint(sandbox.id, 18080))
        assert (await egress.get_policy()).default_action == "deny"
        assert (await egress._httpx_client.get("/policy")).status_code == 200
        diagnostics = factory.create_diagnostics_service()
        assert (await diagnostics.get_events(sandbox.id, "all")).kind == "events"
        assert (await diagnostics._httpx_client.get(f"/sandboxes/{sandbox.id}")).status_code == 200
        for each in (sandboxes, commands, files, health, metrics, isolated, egress, diagnostics):
            await each._httpx_client.aclose()
        # A later call opens them again.
        assert (await commands.run("echo again")).text == "again"
        await commands._httpx_client._transport.aclose()


async def test_the_factory_reaches_the_policy_of_a_template_at_the_control_plane(
    deployment: Deployment,
) -> None:
    deployment.script(f"GET /v1/sandboxes/{BOX}/networkpolicy", [answer(200, POLICY)])
    egress = AdapterFactory(config_for(deployment)).create_network_policy_service(BOX)
    assert egress.sandbox_id == BOX
    assert (await egress.get_policy()).default_action == "deny"
    await egress._httpx_client.aclose()
    await nothing_is_left(deployment)
    with pytest.raises(InvalidArgumentException, match="sandbox_id"):
        AdapterFactory(config_for(deployment)).create_network_policy_service(" ")


async def test_a_sandbox_is_put_together_from_the_services_of_the_factory(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as made:
        factory = AdapterFactory(config)
        sandboxes = factory.create_sandbox_service()
        execd = await sandboxes.get_sandbox_endpoint(made.id, 44772)
        egress = await sandboxes.get_sandbox_endpoint(made.id, 18080)
        parts: dict[str, Any] = {
            "sandbox_service": sandboxes,
            "filesystem_service": factory.create_filesystem_service(execd),
            "command_service": factory.create_command_service(execd),
            "health_service": factory.create_health_service(execd),
            "metrics_service": factory.create_metrics_service(execd),
            "egress_service": factory.create_egress_service(egress),
            "diagnostics_service": factory.create_diagnostics_service(),
            "isolated_service": factory.create_isolated_session_service(execd),
        }
        sandbox = Sandbox(made.id, connection_config=config, **parts)
        assert (await sandbox.get_info()).id == made.id
        assert await sandbox.is_healthy()
        assert (await sandbox.commands.run("echo hello")).text == "hello"
        assert (await sandbox.get_egress_policy()).default_action
        await sandbox.check_ready(timedelta(seconds=30), timedelta(milliseconds=50))
        for name, service in parts.items():
            assert getattr(sandbox, f"_{name}") is service
            await service._httpx_client.aclose()
        await sandbox.close()


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


async def test_services_of_a_sandbox_lend_out_their_clients(local_server: LocalServer) -> None:
    config = ConnectionConfig(domain=local_server.domain, api_key=local_server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        for service in (sandbox._command_service, sandbox._filesystem_service, sandbox._metrics_service):
            assert (await service._httpx_client.get("/ping")).status_code == 200
        about = f"/sandboxes/{sandbox.id}"
        assert (await sandbox._sandbox_service._httpx_client.get(about)).json()["id"] == sandbox.id


def test_what_programs_for_the_published_package_reach_for_is_there() -> None:
    sandbox = Sandbox("box")
    assert sandbox._connection_config is sandbox.connection_config
    assert sandbox._command_service is sandbox.commands
    assert sandbox._filesystem_service is sandbox.files
    assert sandbox._metrics_service is sandbox.metrics
    assert sandbox._isolated_service is sandbox.isolation
    assert sandbox._diagnostics_service is sandbox.diagnostics
    assert sandbox._egress_service is sandbox.credential_vault
    assert sandbox._origin == "unknown"
    assert sandbox._health_service.ping
    assert sandbox._sandbox_service.get_sandbox_info
    manager = SandboxManager()
    assert manager._connection_config is manager.connection_config
    assert manager._sandbox_service.get_sandbox_info


def test_what_such_programs_set_is_used_from_then_on() -> None:
    sandbox = Sandbox("box")
    other: Any = ConnectionConfig(domain="other.example.com")
    sandbox._connection_config = other
    assert sandbox.connection_config is other
    stand_in = object()
    sandbox._command_service = sandbox._filesystem_service = stand_in
    assert sandbox.commands is stand_in
    assert sandbox.files is stand_in
    with pytest.raises(AttributeError, match="no httpx client of its own"):
        sandbox.files_with_identity(1, 1)._httpx_client  # noqa: B018
