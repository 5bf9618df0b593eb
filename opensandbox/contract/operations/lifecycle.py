"""The lifecycle and diagnostics APIs."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opensandbox.contract.operations.cases import Arguments, Call, Case
from opensandbox.contract.results import Level, NotOffered, NotTried
from opensandbox.contract.world import INTERVAL, LIFETIME, RULES
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.models import (
    Credential,
    CredentialBinding,
    NetworkPolicy,
    NetworkRule,
    SandboxFilter,
    SnapshotFilter,
)
from opensandbox.models.templates import TemplateFilter

if TYPE_CHECKING:
    from opensandbox import SandboxSync
    from opensandbox.contract.world import World

SECRET: dict[str, Any] = {"name": "a token", "source": {"type": "inline", "value": "secret"}}
BINDING: dict[str, Any] = {
    "name": "an/api",
    "match": {"hosts": ["api.example.com"]},
    "auth": {"type": "bearer", "credential": "a token"},
}
RULE = {"action": "allow", "target": "example.org"}


def _body(world: World) -> dict[str, Any]:
    return {
        "image": {"uri": world.settings.image},
        "entrypoint": ["tail", "-f", "/dev/null"],
        "resourceLimits": {"cpu": "1", "memory": "512Mi"},
        "timeout": LIFETIME,
        "metadata": world.label,
    }


def _create(world: World) -> None:
    with world.one():
        pass


def _spare(world: World) -> dict[str, Any]:
    """A sandbox to delete."""
    sandbox = world.create()
    return {"sandbox_id": sandbox.id}


def _pause(world: World) -> None:
    world.sandbox.pause()
    world.sandbox.wait_for_state("Paused", timeout=world.settings.patience, polling_interval=INTERVAL)
    world.sandbox.resume_in_place(resume_timeout=world.settings.patience)


def _to_pause(world: World) -> dict[str, Any]:
    return {"sandbox_id": world.sandbox.id}


def _to_resume(world: World) -> dict[str, Any]:
    """The sandbox, paused. The row before this one has left it so, where it went well."""
    if world.sandbox.get_info().status.state not in ("Paused", "Pausing"):
        world.sandbox.pause()
    world.sandbox.wait_for_state("Paused", timeout=world.settings.patience, polling_interval=INTERVAL)
    return {"sandbox_id": world.sandbox.id}


def _policy(world: World) -> NetworkPolicy:
    policy: NetworkPolicy = world.templated.get_egress_policy()
    return policy


def _without_vault(sandbox: SandboxSync) -> Any:
    """The vault of a sandbox, which is not there."""
    vault = sandbox.credential_vault
    with suppress(SandboxNotFoundException):
        vault.delete()
    return vault


def _with_vault(world: World, sandbox: SandboxSync | None = None) -> Any:
    """The vault of that sandbox, else of the one from the template, with one credential and one binding."""
    vault = _without_vault(sandbox or world.templated)
    vault.create(credentials=[Credential(**SECRET)], bindings=[CredentialBinding(**BINDING)])
    return vault


def _vault_wire(**more: Any) -> Arguments:
    def arguments(world: World) -> dict[str, Any]:
        _with_vault(world, _ruled(world))
        return {"sandbox_id": _ruled(world).id, **more}

    return arguments


def _no_vault_wire(world: World) -> dict[str, Any]:
    _without_vault(_ruled(world))
    return {"sandbox_id": _ruled(world).id, "body": {"credentials": [SECRET], "bindings": [BINDING]}}


def _ruled(world: World) -> SandboxSync:
    """The sandbox from the template, or one with a sidecar: the server hands on to that."""
    try:
        return world.templated
    except (NotOffered, NotTried):
        return world.policed


def _on_ruled(**more: Any) -> Arguments:
    return lambda world: {"sandbox_id": _ruled(world).id, **more}


def _on_sandbox(**more: Any) -> Arguments:
    return lambda world: {"sandbox_id": world.sandbox.id, **more}


def _in_an_hour(world: World) -> dict[str, Any]:
    instant = datetime.now(UTC) + timedelta(hours=1)
    return {"sandbox_id": world.sandbox.id, "body": {"expiresAt": instant.isoformat()}}


def _metrics(world: World) -> dict[str, Any]:
    return {"body": {"eventType": "sandbox.create", "createDurationMs": 1, "success": True}}


def _logs(world: World) -> dict[str, Any]:
    return {"sandbox_id": world.sandbox.id, "scope": "container"}


def _events(world: World) -> dict[str, Any]:
    return {"sandbox_id": world.sandbox.id, "scope": "runtime"}


def _core(sdk: Call, wire: Arguments) -> Case:
    return Case(sdk, wire, Level.CORE)


def _may(sdk: Call | None, wire: Arguments, why: str = "") -> Case:
    return Case(sdk, wire, optional=True, why=why)


def _vault(sdk: Call, wire: Arguments) -> Case:
    return Case(sdk, wire, Level.V1_2, optional=True)


CASES: dict[str, Case] = {
    "post_sandboxes": _core(_create, lambda world: {"body": _body(world)}),
    "get_sandboxes": _core(
        lambda world: world.manager.list_sandbox_infos(SandboxFilter(metadata=world.label)),
        lambda world: {"page": 1, "page_size": 1, "state": ["Running", "Paused"]},
    ),
    "get_sandboxes_sandbox_id": _core(lambda world: world.sandbox.get_info(), _on_sandbox()),
    "get_sandboxes_sandbox_id_endpoints_port": _core(
        lambda world: world.sandbox.get_endpoint(8000), _on_sandbox(port=8000)
    ),
    "post_sandboxes_sandbox_id_renew_expiration": _core(
        lambda world: world.sandbox.renew(timedelta(minutes=20)), _in_an_hour
    ),
    "delete_sandboxes_sandbox_id": _core(_create, _spare),
    "patch_sandboxes_sandbox_id_metadata": Case(
        lambda world: world.sandbox.patch_metadata({"a": "b", "c": None}),
        _on_sandbox(body={"a": None, "c": "d"}),
    ),
    "post_sandboxes_sandbox_id_pause": _may(_pause, _to_pause),
    "post_sandboxes_sandbox_id_resume": _may(
        lambda world: world.sandbox.resume_in_place(resume_timeout=world.settings.patience), _to_resume
    ),
    "post_sandboxes_sandbox_id_snapshots": _may(
        lambda world: world.new_snapshot(), lambda world: _named(world, _on_sandbox()(world))
    ),
    "get_snapshots": _may(
        lambda world: world.manager.list_snapshots(SnapshotFilter(name=world.settings.run)),
        lambda world: {"name": world.settings.run, "page_size": 1},
    ),
    "get_snapshots_snapshot_id": _may(
        lambda world: world.manager.get_snapshot(world.snapshot),
        lambda world: {"snapshot_id": world.snapshot},
    ),
    "delete_snapshots_snapshot_id": _may(
        lambda world: world.manager.delete_snapshot(world.new_snapshot()),
        lambda world: {"snapshot_id": world.new_snapshot()},
    ),
    "createTemplate": _may(lambda world: world.new_template(), lambda world: {"body": world.template_body}),
    "listTemplates": _may(
        lambda world: world.manager.list_templates(TemplateFilter(metadata=world.label)),
        lambda world: {"page_size": 1},
    ),
    "getTemplate": _may(
        lambda world: world.manager.get_template(world.template),
        lambda world: {"template_id": world.template},
    ),
    "deleteTemplate": _may(
        lambda world: world.manager.delete_template(world.new_template()),
        lambda world: {"template_id": world.new_template()},
    ),
    "getSandboxNetworkPolicy": _may(_policy, _on_ruled()),
    "replaceSandboxNetworkPolicy": _may(
        None,
        _on_ruled(body=RULES.model_dump(by_alias=True, exclude_none=True)),
        "rules are changed one by one; all at once is what `create` is for",
    ),
    "patchSandboxNetworkPolicy": _may(
        lambda world: world.templated.patch_egress_rules([NetworkRule(action="allow", target="example.org")]),
        _on_ruled(body=[RULE]),
    ),
    "deleteSandboxNetworkPolicyRules": _may(
        lambda world: world.templated.delete_egress_rules(["example.org"]),
        _on_ruled(body=["example.org"]),
    ),
    "createSandboxCredentialVault": _vault(_with_vault, _no_vault_wire),
    "getSandboxCredentialVault": _vault(lambda world: _with_vault(world).get(), _vault_wire()),
    "patchSandboxCredentialVault": _vault(
        lambda world: _with_vault(world).patch(bindings={"delete": ["an/api"]}),
        _vault_wire(body={"bindings": {"delete": ["an/api"]}}),
    ),
    "deleteSandboxCredentialVault": _vault(lambda world: _with_vault(world).delete(), _vault_wire()),
    "listSandboxCredentialVaultCredentials": _vault(
        lambda world: _with_vault(world).list_credentials(), _vault_wire()
    ),
    "getSandboxCredentialVaultCredential": _vault(
        lambda world: _with_vault(world).get_credential("a token"), _vault_wire(credential_name="a token")
    ),
    "listSandboxCredentialVaultBindings": _vault(
        lambda world: _with_vault(world).list_bindings(), _vault_wire()
    ),
    "getSandboxCredentialVaultBinding": _vault(
        lambda world: _with_vault(world).get_binding("an/api"), _vault_wire(binding_name="an/api")
    ),
    "reportMetricsEvent": _may(None, _metrics, "the package reports nothing about its user by itself"),
    "get_sandboxes_sandbox_id_diagnostics_context": Case(
        lambda world: world.sandbox.get_diagnostic_context(), _on_sandbox(), Level.V1_2, optional=True
    ),
    "get_sandboxes_sandbox_id_diagnostics_events": _may(
        lambda world: world.sandbox.get_diagnostic_events("runtime"), _events
    ),
    "get_sandboxes_sandbox_id_diagnostics_logs": _may(
        lambda world: world.sandbox.get_diagnostic_logs("container"), _logs
    ),
}


def _named(world: World, arguments: dict[str, Any]) -> dict[str, Any]:
    return {**arguments, "body": {"name": world.settings.run}}
