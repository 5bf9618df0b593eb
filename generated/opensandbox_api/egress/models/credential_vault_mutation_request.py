# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_binding_mutation_set import CredentialBindingMutationSet
    from ..models.credential_mutation_set import CredentialMutationSet


@_attrs_define
class CredentialVaultMutationRequest:
    """Changes to the vault.

    Attributes:
        expected_revision (int | Unset): Make the changes at this revision only.
        credentials (CredentialMutationSet | Unset): Changes to secrets.
        bindings (CredentialBindingMutationSet | Unset): Changes to bindings.
    """

    expected_revision: int | Unset = UNSET
    credentials: CredentialMutationSet | Unset = UNSET
    bindings: CredentialBindingMutationSet | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        if self.expected_revision is not UNSET:
            members["expectedRevision"] = self.expected_revision
        if self.credentials is not UNSET:
            members["credentials"] = self.credentials.to_dict()
        if self.bindings is not UNSET:
            members["bindings"] = self.bindings.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialBindingMutationSet, CredentialMutationSet
        if "CredentialMutationSet" not in globals():
            from ..models.credential_binding_mutation_set import CredentialBindingMutationSet
            from ..models.credential_mutation_set import CredentialMutationSet

        d = present(src_dict)
        record = cls(
            expected_revision=d.pop("expectedRevision", UNSET),
            credentials=UNSET if (value := d.pop("credentials", UNSET)) is UNSET else CredentialMutationSet.from_dict(value),
            bindings=UNSET if (value := d.pop("bindings", UNSET)) is UNSET else CredentialBindingMutationSet.from_dict(value),
        )
        return record
