# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.credential_binding_metadata import CredentialBindingMetadata


T = TypeVar("T", bound="CredentialBindingListResponse")


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
        revision = self.revision

        bindings = []
        for bindings_item_data in self.bindings:
            bindings_item = bindings_item_data.to_dict()
            bindings.append(bindings_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "bindings": bindings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CredentialBindingMetadata
        if "CredentialBindingMetadata" not in globals():
            from ..models.credential_binding_metadata import CredentialBindingMetadata
        d = {key: value for key, value in src_dict.items() if value is not None}
        revision = d.pop("revision")

        bindings = []
        _bindings = d.pop("bindings")
        for bindings_item_data in _bindings:
            bindings_item = CredentialBindingMetadata.from_dict(bindings_item_data)

            bindings.append(bindings_item)

        credential_binding_list_response = cls(
            revision=revision,
            bindings=bindings,
        )

        return credential_binding_list_response
