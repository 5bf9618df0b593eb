"""The credential vault: secrets and bindings out, states in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opensandbox_api.egress import models as egress_api
from opensandbox_api.lifecycle import models as lifecycle_api
from opensandbox_api.types import UNSET

from opensandbox._core.convert.values import answer_of, given, model_of, models_of, wire
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

    State = egress_api.CredentialVaultState | lifecycle_api.CredentialVaultState


class Creation(NamedTuple):
    """The body that creates a vault."""

    for_sidecar: egress_api.CredentialVaultCreateRequest
    for_control_plane: lifecycle_api.CredentialVaultCreateRequest


class Changes(NamedTuple):
    """The body that changes a vault."""

    for_sidecar: egress_api.CredentialVaultMutationRequest
    for_control_plane: lifecycle_api.CredentialVaultMutationRequest


def creation(
    credentials: Sequence[Credential | dict[str, object]],
    bindings: Sequence[CredentialBinding | dict[str, object]],
) -> Creation:
    """Return the body that creates a vault, for whichever keeps it."""
    body = {
        "credentials": [wire(item) for item in models_of(Credential, "credentials", credentials)],
        "bindings": [wire(item) for item in models_of(CredentialBinding, "bindings", bindings)],
    }
    return Creation(
        egress_api.CredentialVaultCreateRequest.from_dict(body),
        lifecycle_api.CredentialVaultCreateRequest.from_dict(body),
    )


def changes(
    expected_revision: int | None,
    credentials: CredentialMutationSet | dict[str, object] | None,
    bindings: CredentialBindingMutationSet | dict[str, object] | None,
) -> Changes:
    """Return the body that changes a vault, for whichever keeps it; what is left out stays."""
    body: dict[str, object] = {}
    if expected_revision is not None:
        body["expectedRevision"] = expected_revision
    if credentials is not None:
        body["credentials"] = wire(model_of(CredentialMutationSet, "credentials", credentials))
    if bindings is not None:
        body["bindings"] = wire(model_of(CredentialBindingMutationSet, "bindings", bindings))
    return Changes(
        egress_api.CredentialVaultMutationRequest.from_dict(body),
        lifecycle_api.CredentialVaultMutationRequest.from_dict(body),
    )


def state(answer: State) -> CredentialVaultState:
    """Return a vault as it may be shown: names and revisions, no secrets."""
    return CredentialVaultState(
        revision=answer.revision,
        credentials=[credential(item) for item in answer.credentials],
        bindings=[binding(item) for item in answer.bindings],
    )


def credentials(
    answer: egress_api.CredentialListResponse | lifecycle_api.CredentialListResponse,
) -> list[CredentialMetadata]:
    """Return what may be shown of the secrets."""
    return [credential(item) for item in answer.credentials]


def bindings(
    answer: egress_api.CredentialBindingListResponse | lifecycle_api.CredentialBindingListResponse,
) -> list[CredentialBindingMetadata]:
    """Return the bindings of a list."""
    return [binding(item) for item in answer.bindings]


def credential(
    answer: egress_api.CredentialMetadata | lifecycle_api.CredentialMetadata,
) -> CredentialMetadata:
    """Return what may be shown of a secret."""
    return CredentialMetadata(name=answer.name, source_type=str(answer.source_type), revision=answer.revision)


def binding(
    answer: egress_api.CredentialBindingMetadata | lifecycle_api.CredentialBindingMetadata,
) -> CredentialBindingMetadata:
    """Return what may be shown of a binding."""
    match, auth = answer.match, answer.auth
    return CredentialBindingMetadata(
        name=answer.name,
        revision=answer.revision,
        match=None if match is UNSET else answer_of(CredentialMatch, match.to_dict()),
        auth=None if auth is UNSET else CredentialAuthMetadata(type=str(auth.type_), name=given(auth.name)),
    )
