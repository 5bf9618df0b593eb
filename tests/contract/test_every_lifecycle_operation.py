"""Every operation of the lifecycle and diagnostics APIs, reached from the package and answered by the embedded server.

Each answer is held against the specs on its way in. The table has to name every operation that these have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.local import LocalServer
from opensandbox.models import NetworkPolicy, NetworkRule, SandboxFilter, SnapshotFilter
from opensandbox.models.templates import CreateTemplateRequest, TemplateFilter
from tests.local.server.contract import contract

RULES = NetworkPolicy(default_action="deny", egress=[NetworkRule(action="allow", target="example.com")])
FAST = {"warmup_seconds": 0}


@dataclass
class World:
    """A sandbox, one from a template, and what is known of them. `seen` are the operations and statuses of one test."""

    manager: SandboxManagerSync
    config: Any
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    sandbox: Any = None
    templated: Any = None
    snapshot: str = ""
    template: str = ""

    def watch(self, response: httpx.Response) -> None:
        response.read()
        before = set(contract().checked)
        contract().checked.clear()
        contract().check(response)
        self.seen += contract().checked
        contract().checked.update(before)

    def generated(self, operation: Any, *arguments: Any, **more: Any) -> None:
        """Call an operation that no method of the classes makes, through the generated client."""
        from opensandbox.api.lifecycle import Client

        client = Client(
            base_url=self.config.get_base_url(),
            headers={"OPEN-SANDBOX-API-KEY": self.config.get_api_key()},
            httpx_args={"event_hooks": {"response": [self.watch]}, "trust_env": False},
        )
        with client:
            operation.sync_detailed(*arguments, client=client, **more)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with LocalServer(spares=0) as server:
        plain = server.connection_config_sync()
        world = World(manager=SandboxManagerSync(connection_config=plain), config=plain)
        watched = server.connection_config_sync(event_hooks={"response": [world.watch]})
        # What the tests need is made without looking; each of them looks at its own operation.
        request = CreateTemplateRequest(image="ubuntu", publish="s3://templates/a", readiness=FAST)
        with world.manager as making:
            world.template = making.create_template(request).template_id
            making.wait_for_template(world.template, polling_interval=0.05)
        with (
            SandboxManagerSync(connection_config=watched) as world.manager,
            SandboxSync.create("ubuntu", connection_config=watched, network_policy=RULES) as world.sandbox,
            SandboxSync.create_from_template(
                world.template, timeout=600, connection_config=watched
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


SANDBOX = "/v1/sandboxes/[^/]+"

OPERATIONS: dict[tuple[str, str, int], Callable[[World], object]] = {
    ("GET", "/v1/sandboxes", 200): lambda world: world.manager.list_sandbox_infos(SandboxFilter()),
    ("POST", "/v1/sandboxes", 202): create,
    ("GET", SANDBOX, 200): lambda world: world.sandbox.get_info(),
    ("DELETE", SANDBOX, 204): create,
    ("GET", SANDBOX + "/endpoints/[^/]+", 200): lambda world: world.sandbox.get_endpoint(8000),
    ("PATCH", SANDBOX + "/metadata", 200): lambda world: world.sandbox.patch_metadata({"a": "b", "c": None}),
    ("GET", SANDBOX + "/networkpolicy", 200): lambda world: world.templated.get_egress_policy(),
    ("PUT", SANDBOX + "/networkpolicy", 200): replace_policy,
    ("PATCH", SANDBOX + "/networkpolicy", 200): lambda world: world.templated.patch_egress_rules(
        [NetworkRule(action="allow", target="example.org")]
    ),
    ("DELETE", SANDBOX + "/networkpolicy", 200): lambda world: world.templated.delete_egress_rules(
        ["example.org"]
    ),
    ("POST", SANDBOX + "/pause", 202): pause,
    ("POST", SANDBOX + "/renew-expiration", 200): lambda world: world.sandbox.renew(timedelta(minutes=20)),
    ("POST", SANDBOX + "/resume", 202): pause,
    ("POST", SANDBOX + "/snapshots", 202): snapshot,
    ("GET", "/v1/snapshots", 200): lambda world: world.manager.list_snapshots(SnapshotFilter(name="kept")),
    ("GET", "/v1/snapshots/[^/]+", 200): lambda world: world.manager.get_snapshot(world.snapshot),
    ("DELETE", "/v1/snapshots/[^/]+", 204): lambda world: world.manager.delete_snapshot(snapshot(world)),
    ("GET", "/v1/templates", 200): lambda world: world.manager.list_templates(TemplateFilter()),
    ("POST", "/v1/templates", 201): build,
    ("GET", "/v1/templates/[^/]+", 200): lambda world: world.manager.get_template(world.template),
    ("DELETE", "/v1/templates/[^/]+", 204): lambda world: world.manager.delete_template(build(world)),
    ("POST", "/v1/metrics/events", 204): report,
    ("GET", SANDBOX + "/diagnostics/events", 200): lambda world: world.sandbox.get_diagnostic_events("runtime"),
    ("GET", SANDBOX + "/diagnostics/logs", 200): lambda world: world.sandbox.get_diagnostic_logs("container"),
}  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation[0]} {operation[1]}")
def test_the_operation_is_reached_and_answered_as_the_spec_says(
    world: World, operation: tuple[str, str, int]
) -> None:
    world.seen.clear()
    OPERATIONS[operation](world)
    assert operation in world.seen


def test_the_table_has_every_operation_of_the_specs() -> None:
    declared = {(method, pattern.pattern) for pattern, method, _, _ in contract()._operations}
    assert {(method, pattern) for method, pattern, _ in OPERATIONS} == declared
