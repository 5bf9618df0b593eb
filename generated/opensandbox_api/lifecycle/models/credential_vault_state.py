# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.credential_binding_metadata import CredentialBindingMetadata
    from ..models.credential_metadata import CredentialMetadata


T = TypeVar("T", bound="CredentialVaultState")


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
        revision = self.revision

        credentials = []
        for credentials_item_data in self.credentials:
            credentials_item = credentials_item_data.to_dict()
            credentials.append(credentials_item)

        bindings = []
        for bindings_item_data in self.bindings:
            bindings_item = bindings_item_data.to_dict()
            bindings.append(bindings_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "credentials": credentials,
                "bindings": bindings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CredentialBindingMetadata, CredentialMetadata
        if "CredentialMetadata" not in globals():
            from ..models.credential_binding_metadata import CredentialBindingMetadata
            from ..models.credential_metadata import CredentialMetadata
        d = {key: value for key, value in src_dict.items() if value is not None}
        revision = d.pop("revision")

        credentials = []
        _credentials = d.pop("credentials")
        for credentials_item_data in _credentials:
            credentials_item = CredentialMetadata.from_dict(credentials_item_data)

            credentials.append(credentials_item)

        bindings = []
        _bindings = d.pop("bindings")
        for bindings_item_data in _bindings:
            bindings_item = CredentialBindingMetadata.from_dict(bindings_item_data)

            bindings.append(bindings_item)

        credential_vault_state = cls(
            revision=revision,
            credentials=credentials,
            bindings=bindings,
        )

        return credential_vault_state
