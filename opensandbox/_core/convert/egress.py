"""Outbound policy and credential vault: rules, secrets and bindings out, states in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox_api.egress import models as api
from opensandbox_api.lifecycle import models as lifecycle_api

from opensandbox._core.convert.values import given, model_of, models_of, told, wire
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.sandboxes import (
    Credential,
    CredentialAuthMetadata,
    CredentialBinding,
    CredentialBindingMetadata,
    CredentialBindingMutationSet,
    CredentialMatch,
    CredentialMetadata,
    CredentialMutationSet,
    CredentialVaultState,
    NetworkPolicy,
    NetworkRule,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opensandbox.models.dicts import NetworkRuleDict


def rules(values: Sequence[NetworkRule | NetworkRuleDict]) -> list[api.NetworkRule]:
    """Return rules for the sidecar."""
    return [api.NetworkRule.from_dict(wire(rule)) for rule in _rules(values)]


def template_rules(values: Sequence[NetworkRule | NetworkRuleDict]) -> list[lifecycle_api.NetworkRule]:
    """Return rules for the control plane, which keeps the policy of sandboxes that started from a template."""
    return [lifecycle_api.NetworkRule.from_dict(wire(rule)) for rule in _rules(values)]


def targets(values: Sequence[str]) -> list[str]:
    """Return the targets whose rules go."""
    listed: list[object] = [] if isinstance(values, str) else list(values)
    named = [item for item in listed if isinstance(item, str) and item.strip()]
    if not named or len(named) < len(listed):
        raise InvalidArgumentException(
            f'targets must be a list of names with at least one, not {values!r}; for example ["example.com"]'
        )
    return named


def policy(answer: Any) -> NetworkPolicy:
    """Return the policy of a status answer; without one everything is denied, and no list of rules is an empty one."""
    found = given(answer.policy)
    if found is None:
        return NetworkPolicy(default_action="deny", egress=[])
    action = given(found.default_action)
    listed = given(found.egress) or []
    return NetworkPolicy.model_construct(
        default_action="deny" if action is None else str(action),
        egress=[NetworkRule.model_construct(action=str(rule.action), target=rule.target) for rule in listed],
    )


def vault(
    credentials: Sequence[Credential | dict[str, object]],
    bindings: Sequence[CredentialBinding | dict[str, object]],
) -> api.CredentialVaultCreateRequest:
    """Return the body that creates a vault."""
    return api.CredentialVaultCreateRequest.from_dict(
        {
            "credentials": [wire(item) for item in models_of(Credential, "credentials", credentials)],
            "bindings": [wire(item) for item in models_of(CredentialBinding, "bindings", bindings)],
        }
    )


def vault_changes(
    expected_revision: int | None,
    credentials: CredentialMutationSet | dict[str, object] | None,
    bindings: CredentialBindingMutationSet | dict[str, object] | None,
) -> api.CredentialVaultMutationRequest:
    """Return the body that changes a vault; what is left out stays."""
    body: dict[str, Any] = {"expectedRevision": expected_revision}
    if credentials is not None:
        body["credentials"] = wire(model_of(CredentialMutationSet, "credentials", credentials))
    if bindings is not None:
        body["bindings"] = wire(model_of(CredentialBindingMutationSet, "bindings", bindings))
    return api.CredentialVaultMutationRequest.from_dict(body)


def vault_state(answer: Any) -> CredentialVaultState:
    """Return a vault as it may be shown: names and revisions, no secrets."""
    return CredentialVaultState(
        revision=answer.revision, credentials=credentials(answer), bindings=bindings(answer)
    )


def credentials(answer: Any) -> list[CredentialMetadata]:
    """Return what may be shown of the secrets."""
    return [credential(item) for item in answer.credentials]


def bindings(answer: Any) -> list[CredentialBindingMetadata]:
    """Return the bindings of a list."""
    return [binding(item) for item in answer.bindings]


def credential(answer: Any) -> CredentialMetadata:
    """Return what may be shown of a secret."""
    return CredentialMetadata(name=answer.name, source_type=str(answer.source_type), revision=answer.revision)


def binding(answer: Any) -> CredentialBindingMetadata:
    """Return what may be shown of a binding."""
    match, auth = given(answer.match), given(answer.auth)
    return CredentialBindingMetadata(
        name=answer.name,
        revision=answer.revision,
        match=None if match is None else told(CredentialMatch, match.to_dict()),
        auth=None if auth is None else CredentialAuthMetadata(type=str(auth.type_), name=given(auth.name)),
    )


def _rules(values: Sequence[NetworkRule | NetworkRuleDict]) -> list[NetworkRule]:
    if not values:
        raise InvalidArgumentException(
            'rules must hold at least one; for example [NetworkRule(action="allow", target="example.com")]'
        )
    return models_of(NetworkRule, "rules", values)
