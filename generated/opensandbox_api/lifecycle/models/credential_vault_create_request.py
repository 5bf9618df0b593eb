# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.credential import Credential
    from ..models.credential_binding import CredentialBinding


T = TypeVar("T", bound="CredentialVaultCreateRequest")


@_attrs_define
class CredentialVaultCreateRequest:
    """What the vault starts with.

    Attributes:
        credentials (list[Credential]): Secrets, each under a name of its own.
        bindings (list[CredentialBinding]): Bindings, each under a name of its own.
    """

    credentials: list[Credential]
    bindings: list[CredentialBinding]

    def to_dict(self) -> dict[str, Any]:
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
                "credentials": credentials,
                "bindings": bindings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global Credential, CredentialBinding
        if "CredentialBinding" not in globals():
            from ..models.credential import Credential
            from ..models.credential_binding import CredentialBinding
        d = {key: value for key, value in src_dict.items() if value is not None}
        credentials = []
        _credentials = d.pop("credentials")
        for credentials_item_data in _credentials:
            credentials_item = Credential.from_dict(credentials_item_data)

            credentials.append(credentials_item)

        bindings = []
        _bindings = d.pop("bindings")
        for bindings_item_data in _bindings:
            bindings_item = CredentialBinding.from_dict(bindings_item_data)

            bindings.append(bindings_item)

        credential_vault_create_request = cls(
            credentials=credentials,
            bindings=bindings,
        )

        return credential_vault_create_request
