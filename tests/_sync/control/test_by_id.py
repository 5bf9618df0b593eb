# Generated from tests/_async/control/test_by_id.py by scripts/unasync.py. Do not edit.
"""Services for sandboxes that are known by id alone: the manager's way, and the published package's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox._sync.published.adapters import AdapterFactorySync, CommandsAdapterSync, SandboxesAdapterSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models.endpoints import EndpointRoute
from opensandbox.models.sandboxes import NetworkPolicy, SandboxFilter
from tests._sync.attaching import BOX, config_for
from tests._sync.leaks import nothing_is_left
from tests.support.deployment import Deployment
from tests.support.faults import answer

POLICY = {"policy": {"defaultAction": "deny", "egress": []}}


def test_every_service_of_the_factory_works_on_a_real_sandbox(local_server: LocalServer) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key)
    policy = NetworkPolicy(default_action="deny")
    with SandboxSync.ephemeral("ubuntu", connection_config=config, network_policy=policy) as sandbox:
        factory = AdapterFactorySync(config)
        sandboxes = factory.create_sandbox_service()
        assert (sandboxes.get_sandbox_info(sandbox.id)).id == sandbox.id
        assert (sandboxes._httpx_client.get(f"/sandboxes/{sandbox.id}")).json()["id"] == sandbox.id
        endpoint = sandboxes.get_sandbox_endpoint(sandbox.id, 44772)
        commands = factory.create_command_service(endpoint)
        assert (commands.run("echo hello")).text == "hello"
        files = factory.create_filesystem_service(endpoint)
        files.write_file("/tmp/a", "content", verify=True)
        assert (commands.run("cat /tmp/a")).text == "content"
        health = factory.create_health_service(endpoint)
        assert health.ping(sandbox.id)
        metrics = factory.create_metrics_service(endpoint)
        assert (metrics.get_metrics(sandbox.id)).cpu_count > 0
        isolated = factory.create_isolated_session_service(endpoint)
        assert isolated.list() == []
        for service in (commands, files, health, metrics, isolated):
            assert service.connection_config is config
            assert service.execd_endpoint is endpoint
            assert service._httpx_client is service._httpx_client
            assert (service._httpx_client.get("/ping")).status_code == 200
        egress = factory.create_egress_service(sandboxes.get_sandbox_endpoint(sandbox.id, 18080))
        assert (egress.get_policy()).default_action == "deny"
        assert (egress._httpx_client.get("/policy")).status_code == 200
        diagnostics = factory.create_diagnostics_service()
        assert (diagnostics.get_events(sandbox.id, "all")).kind == "events"
        assert (diagnostics._httpx_client.get(f"/sandboxes/{sandbox.id}")).status_code == 200
        for each in (sandboxes, commands, files, health, metrics, isolated, egress, diagnostics):
            each._httpx_client.close()
        # A later call opens them again.
        assert (commands.run("echo again")).text == "again"
        commands._httpx_client._transport.close()


def test_the_factory_reaches_the_policy_of_a_template_at_the_control_plane(
    deployment: Deployment,
) -> None:
    deployment.script(f"GET /v1/sandboxes/{BOX}/networkpolicy", [answer(200, POLICY)])
    egress = AdapterFactorySync(config_for(deployment)).create_network_policy_service(BOX)
    assert egress.sandbox_id == BOX
    assert (egress.get_policy()).default_action == "deny"
    egress._httpx_client.close()
    nothing_is_left(deployment)
    with pytest.raises(InvalidArgumentException, match="sandbox_id"):
        AdapterFactorySync(config_for(deployment)).create_network_policy_service(" ")


def test_a_sandbox_is_put_together_from_the_services_of_the_factory(local_server: LocalServer) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as made:
        factory = AdapterFactorySync(config)
        sandboxes = factory.create_sandbox_service()
        execd = sandboxes.get_sandbox_endpoint(made.id, 44772)
        egress = sandboxes.get_sandbox_endpoint(made.id, 18080)
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
        sandbox = SandboxSync(made.id, connection_config=config, **parts)
        assert (sandbox.get_info()).id == made.id
        assert sandbox.is_healthy()
        assert (sandbox.commands.run("echo hello")).text == "hello"
        assert (sandbox.get_egress_policy()).default_action
        sandbox.check_ready(timedelta(seconds=30), timedelta(milliseconds=50))
        for name, service in parts.items():
            assert getattr(sandbox, f"_{name}") is service
            service._httpx_client.close()
        sandbox.close()


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


def test_services_of_a_sandbox_lend_out_their_clients(local_server: LocalServer) -> None:
    config = ConnectionConfigSync(domain=local_server.domain, api_key=local_server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        for service in (sandbox._command_service, sandbox._filesystem_service, sandbox._metrics_service):
            assert (service._httpx_client.get("/ping")).status_code == 200
        about = f"/sandboxes/{sandbox.id}"
        assert (sandbox._sandbox_service._httpx_client.get(about)).json()["id"] == sandbox.id


def test_what_programs_for_the_published_package_reach_for_is_there() -> None:
    sandbox = SandboxSync("box")
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
    manager = SandboxManagerSync()
    assert manager._connection_config is manager.connection_config
    assert manager._sandbox_service.get_sandbox_info


def test_what_such_programs_set_is_used_from_then_on() -> None:
    sandbox = SandboxSync("box")
    other: Any = ConnectionConfigSync(domain="other.example.com")
    sandbox._connection_config = other
    assert sandbox.connection_config is other
    stand_in = object()
    sandbox._command_service = sandbox._filesystem_service = stand_in
    assert sandbox.commands is stand_in
    assert sandbox.files is stand_in
    with pytest.raises(AttributeError, match="no httpx client of its own"):
        sandbox.files_with_identity(1, 1)._httpx_client  # noqa: B018
