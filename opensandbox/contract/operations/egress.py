"""The sidecar that guards the way out of a sandbox."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from opensandbox.contract.operations.cases import Arguments, Call, Case, nothing
from opensandbox.contract.operations.lifecycle import BINDING, RULE, SECRET
from opensandbox.contract.results import NotOffered
from opensandbox.exceptions import SandboxApiException, SandboxNotFoundException
from opensandbox.models import Credential, CredentialBinding, NetworkRule

if TYPE_CHECKING:
    from opensandbox import SandboxSync
    from opensandbox.contract.world import World

NO_VAULT = (404, 412, 426)


def _policed(world: World) -> SandboxSync:
    return world.policed


def _without(world: World) -> Any:
    """The vault, which is not there."""
    vault = world.policed.credential_vault
    with suppress(SandboxNotFoundException):
        vault.delete()
    return vault


def with_vault(world: World) -> Any:
    """The vault, with one credential and one binding."""
    world.once("a vault", lambda: _try_vault(world))
    vault = _without(world)
    vault.create(credentials=[Credential(**SECRET)], bindings=[CredentialBinding(**BINDING)])
    return vault


def _try_vault(world: World) -> None:
    """Raise `NotOffered` where sandboxes have no vault."""
    vault = _vaultless(world)
    try:
        vault.create(credentials=[Credential(**SECRET)], bindings=[CredentialBinding(**BINDING)])
    except SandboxApiException as failure:
        if failure.status_code in NO_VAULT:
            raise NotOffered(f"no vault: {failure}") from failure
        raise


def _vaultless(world: World) -> Any:
    try:
        return _without(world)
    except SandboxApiException as failure:
        if failure.status_code in NO_VAULT:
            raise NotOffered(f"no vault: {failure}") from failure
        raise


def _vault_wire(**more: Any) -> Arguments:
    def arguments(world: World) -> dict[str, Any]:
        with_vault(world)
        return more

    return arguments


def _no_vault_wire(world: World) -> dict[str, Any]:
    with_vault(world).delete()
    return {"body": {"credentials": [SECRET], "bindings": [BINDING]}}


def _may(sdk: Call, wire: Arguments) -> Case:
    return Case(sdk, wire, optional=True, where=_policed)


CASES: dict[str, Case] = {
    "get_policy": _may(lambda world: world.policed.get_egress_policy(), nothing),
    "patch_policy": _may(
        lambda world: world.policed.patch_egress_rules([NetworkRule(action="allow", target="example.org")]),
        lambda world: {"body": [RULE]},
    ),
    "delete_policy": _may(
        lambda world: world.policed.delete_egress_rules(["example.org"]),
        lambda world: {"body": ["example.org"]},
    ),
    "post_credential_vault": _may(with_vault, _no_vault_wire),
    "get_credential_vault": _may(lambda world: with_vault(world).get(), _vault_wire()),
    "patch_credential_vault": _may(
        lambda world: with_vault(world).patch(credentials={"replace": [Credential(**SECRET)]}),
        _vault_wire(body={"credentials": {"replace": [SECRET]}}),
    ),
    "delete_credential_vault": _may(lambda world: with_vault(world).delete(), _vault_wire()),
    "get_credential_vault_bindings": _may(lambda world: with_vault(world).list_bindings(), _vault_wire()),
    "get_credential_vault_bindings_binding_name": _may(
        lambda world: with_vault(world).get_binding("an/api"), _vault_wire(binding_name="an/api")
    ),
    "get_credential_vault_credentials": _may(
        lambda world: with_vault(world).list_credentials(), _vault_wire()
    ),
    "get_credential_vault_credentials_credential_name": _may(
        lambda world: with_vault(world).get_credential("a token"), _vault_wire(credential_name="a token")
    ),
}
