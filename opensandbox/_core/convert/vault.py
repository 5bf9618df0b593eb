"""The credential vault: secrets and bindings out, states in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox_api.egress import models as egress_api
from opensandbox_api.lifecycle import models as lifecycle_api

from opensandbox._core.convert.values import given, model_of, models_of, told, wire
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
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def creation(
    credentials: Sequence[Credential | dict[str, object]],
    bindings: Sequence[CredentialBinding | dict[str, object]],
    *,
    in_control_plane: bool,
) -> Any:
    """Return the body that creates a vault."""
    api: Any = lifecycle_api if in_control_plane else egress_api
    return api.CredentialVaultCreateRequest.from_dict(
        {
            "credentials": [wire(item) for item in models_of(Credential, "credentials", credentials)],
            "bindings": [wire(item) for item in models_of(CredentialBinding, "bindings", bindings)],
        }
    )


def changes(
    expected_revision: int | None,
    credentials: CredentialMutationSet | dict[str, object] | None,
    bindings: CredentialBindingMutationSet | dict[str, object] | None,
    *,
    in_control_plane: bool,
) -> Any:
    """Return the body that changes a vault; what is left out stays."""
    api: Any = lifecycle_api if in_control_plane else egress_api
    body: dict[str, Any] = {}
    if expected_revision is not None:
        body["expectedRevision"] = expected_revision
    if credentials is not None:
        body["credentials"] = wire(model_of(CredentialMutationSet, "credentials", credentials))
    if bindings is not None:
        body["bindings"] = wire(model_of(CredentialBindingMutationSet, "bindings", bindings))
    return api.CredentialVaultMutationRequest.from_dict(body)


def state(answer: Any) -> CredentialVaultState:
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
