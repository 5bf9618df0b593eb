"""Every operation of the lifecycle and diagnostics APIs, reached from the package and answered by the embedded server.

The table has to name every operation that these have. That requests and answers are as the specs say is the business of the watch
over all tests (`tests/support/contract`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.contract.specs import operations
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.local import LocalServer
from opensandbox.models import (
    Credential,
    CredentialBinding,
    NetworkPolicy,
    NetworkRule,
    SandboxFilter,
    SnapshotFilter,
)
from opensandbox.models.templates import CreateTemplateRequest, TemplateFilter
from tests.support.contract.watching import WATCH

RULES = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="example.com")])
FAST = {"warmup_seconds": 0}


@dataclass
class World:
    """A sandbox, one from a template, and what is known of them."""

    manager: SandboxManagerSync
    config: Any
    sandbox: Any = None
    templated: Any = None
    snapshot: str = ""
    template: str = ""

    def generated(self, operation: Any, *arguments: Any, **more: Any) -> None:
        """Call an operation that no method of the classes makes, through the generated client."""
        from opensandbox.api.lifecycle import Client

        client = Client(
            base_url=self.config.get_base_url(),
            headers={"OPEN-SANDBOX-API-KEY": self.config.get_api_key()},
            httpx_args={"trust_env": False},
        )
        with client:
            operation.sync_detailed(*arguments, client=client, **more)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with LocalServer(spares=0) as server:
        plain = server.connection_config_sync()
        world = World(manager=SandboxManagerSync(connection_config=plain), config=plain)
        request = CreateTemplateRequest(image="ubuntu", publish="s3://templates/a", readiness=FAST)
        with world.manager as making:
            world.template = making.create_template(request).template_id
            making.wait_for_template(world.template, polling_interval=0.05)
        with (
            SandboxManagerSync(connection_config=plain) as world.manager,
            SandboxSync.create("ubuntu", connection_config=plain, network_policy=RULES) as world.sandbox,
            SandboxSync.create_from_template(
                world.template, timeout=600, connection_config=plain
            ) as world.templated,
        ):
            world.snapshot = world.sandbox.create_snapshot("kept").id
            world.manager.wait_for_snapshot(world.snapshot, polling_interval=0.05)
            yield world


def create(world: World) -> None:
    with SandboxSync.ephemeral("ubuntu", connection_config=world.manager.connection_config):
        pass


def pause(world: World) -> None:
    world.sandbox.pause()
    world.sandbox.resume_in_place()


def snapshot(world: World) -> str:
    made: str = world.sandbox.create_snapshot().id
    world.manager.wait_for_snapshot(made, polling_interval=0.05)
    return made


def build(world: World) -> str:
    request = CreateTemplateRequest(image="ubuntu", publish="s3://templates/b", readiness=FAST)
    return world.manager.create_template(request).template_id


def replace_policy(world: World) -> None:
    from opensandbox.api.lifecycle.api.sandboxes import replace_sandbox_network_policy
    from opensandbox.api.lifecycle.models import NetworkPolicy as Body

    body = Body.from_dict({"defaultAction": "deny", "egress": []})
    world.generated(replace_sandbox_network_policy, world.templated.id, body=body)


def report(world: World) -> None:
    from opensandbox.api.lifecycle.api.metrics import report_metrics_event
    from opensandbox.api.lifecycle.models import MetricsEvent

    # The classes never send this by themselves.
    body = MetricsEvent.from_dict({"eventType": "sandbox.create", "createDurationMs": 1, "success": True})
    world.generated(report_metrics_event, body=body)


def without_vault(world: World) -> Any:
    """The vault of the sandbox from the template, which is not there."""
    vault = world.templated.credential_vault
    with contextlib.suppress(SandboxNotFoundException):
        vault.delete()
    return vault


def with_vault(world: World) -> Any:
    """The same vault, with one credential and one binding."""
    vault = without_vault(world)
    world.templated.patch_egress_rules([NetworkRule(action="allow", target="api.example.com")])
    vault.create(
        credentials=[Credential(name="a token", source={"value": "secret"})],
        bindings=[
            CredentialBinding(
                name="an/api",
                match={"hosts": ["api.example.com"]},
                auth={"type": "bearer", "credential": "a token"},
            )
        ],
    )
    return vault


# Operations that no method of the classes makes: the generated client reaches them.
BY_HAND = {
    "replaceSandboxNetworkPolicy": "rules are changed one by one; all at once is what `create` is for",
    "reportMetricsEvent": "the package reports nothing about its user by itself",
}

OPERATIONS: dict[str, tuple[int, Callable[[World], object]]] = {
    "get_sandboxes": (200, lambda world: world.manager.list_sandbox_infos(SandboxFilter())),
    "post_sandboxes": (202, create),
    "get_sandboxes_sandbox_id": (200, lambda world: world.sandbox.get_info()),
    "delete_sandboxes_sandbox_id": (204, create),
    "get_sandboxes_sandbox_id_endpoints_port": (200, lambda world: world.sandbox.get_endpoint(8000)),
    "patch_sandboxes_sandbox_id_metadata": (
        200,
        lambda world: world.sandbox.patch_metadata({"a": "b", "c": None}),
    ),
    "getSandboxNetworkPolicy": (200, lambda world: world.templated.get_egress_policy()),
    "replaceSandboxNetworkPolicy": (200, replace_policy),
    "patchSandboxNetworkPolicy": (
        200,
        lambda world: world.templated.patch_egress_rules([NetworkRule(action="allow", target="example.org")]),
    ),
    "deleteSandboxNetworkPolicyRules": (
        200,
        lambda world: world.templated.delete_egress_rules(["example.org"]),
    ),
    "createSandboxCredentialVault": (201, with_vault),
    "getSandboxCredentialVault": (200, lambda world: with_vault(world).get()),
    "patchSandboxCredentialVault": (
        200,
        lambda world: with_vault(world).patch(expected_revision=1, bindings={"delete": ["an/api"]}),
    ),
    "deleteSandboxCredentialVault": (204, lambda world: with_vault(world).delete()),
    "listSandboxCredentialVaultCredentials": (200, lambda world: with_vault(world).list_credentials()),
    "getSandboxCredentialVaultCredential": (200, lambda world: with_vault(world).get_credential("a token")),
    "listSandboxCredentialVaultBindings": (200, lambda world: with_vault(world).list_bindings()),
    "getSandboxCredentialVaultBinding": (200, lambda world: with_vault(world).get_binding("an/api")),
    "post_sandboxes_sandbox_id_pause": (202, pause),
    "post_sandboxes_sandbox_id_renew_expiration": (
        200,
        lambda world: world.sandbox.renew(timedelta(minutes=20)),
    ),
    "post_sandboxes_sandbox_id_resume": (202, pause),
    "post_sandboxes_sandbox_id_snapshots": (202, snapshot),
    "get_snapshots": (200, lambda world: world.manager.list_snapshots(SnapshotFilter(name="kept"))),
    "get_snapshots_snapshot_id": (200, lambda world: world.manager.get_snapshot(world.snapshot)),
    "delete_snapshots_snapshot_id": (204, lambda world: world.manager.delete_snapshot(snapshot(world))),
    "listTemplates": (200, lambda world: world.manager.list_templates(TemplateFilter())),
    "createTemplate": (201, build),
    "getTemplate": (200, lambda world: world.manager.get_template(world.template)),
    "deleteTemplate": (204, lambda world: world.manager.delete_template(build(world))),
    "reportMetricsEvent": (204, report),
    "get_sandboxes_sandbox_id_diagnostics_context": (
        200,
        lambda world: world.sandbox.get_diagnostic_context(),
    ),
    "get_sandboxes_sandbox_id_diagnostics_events": (
        200,
        lambda world: world.sandbox.get_diagnostic_events("runtime"),
    ),
    "get_sandboxes_sandbox_id_diagnostics_logs": (
        200,
        lambda world: world.sandbox.get_diagnostic_logs("container"),
    ),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_operation_is_reached_and_answered(world: World, operation: str) -> None:
    status, call = OPERATIONS[operation]
    mark = len(WATCH.seen)
    call(world)
    statuses = [seen.status for seen in WATCH.since(mark) if seen.operation == operation]
    assert status in statuses
    # 0 is a request that the classes made.
    assert (0 in statuses) != (operation in BY_HAND)


def test_the_table_has_every_operation_of_the_specs() -> None:
    declared = {operation.name for api in ("lifecycle", "diagnostics") for operation in operations()[api]}
    assert set(OPERATIONS) == declared
