# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.credential_binding_metadata import CredentialBindingMetadata
    from ..models.credential_metadata import CredentialMetadata


@_attrs_define
class CredentialVaultState:
    """The vault, without secret values.

    Attributes:
        revision (int): How often it was set or changed.
        credentials (list[CredentialMetadata]): The secrets, by name.
        bindings (list[CredentialBindingMetadata]): The bindings, by name.
    """

    revision: int
    credentials: list[CredentialMetadata]
    bindings: list[CredentialBindingMetadata]

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["revision"] = self.revision
        members["credentials"] = [item.to_dict() for item in self.credentials]
        members["bindings"] = [item.to_dict() for item in self.bindings]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialBindingMetadata, CredentialMetadata
        if "CredentialMetadata" not in globals():
            from ..models.credential_binding_metadata import CredentialBindingMetadata
            from ..models.credential_metadata import CredentialMetadata

        d = present(src_dict)
        record = cls(
            revision=d.pop("revision"),
            credentials=[CredentialMetadata.from_dict(item) for item in d.pop("credentials")],
            bindings=[CredentialBindingMetadata.from_dict(item) for item in d.pop("bindings")],
        )
        return record
