# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.credential_binding_metadata import CredentialBindingMetadata


@_attrs_define
class CredentialBindingListResponse:
    """The bindings of the vault.

    Attributes:
        revision (int): Revision of the vault.
        bindings (list[CredentialBindingMetadata]): The bindings.
    """

    revision: int
    bindings: list[CredentialBindingMetadata]

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["revision"] = self.revision
        members["bindings"] = [item.to_dict() for item in self.bindings]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialBindingMetadata
        if "CredentialBindingMetadata" not in globals():
            from ..models.credential_binding_metadata import CredentialBindingMetadata

        d = present(src_dict)
        record = cls(
            revision=d.pop("revision"),
            bindings=[CredentialBindingMetadata.from_dict(item) for item in d.pop("bindings")],
        )
        return record
