# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.credential_metadata import CredentialMetadata


T = TypeVar("T", bound="CredentialListResponse")


@_attrs_define
class CredentialListResponse:
    """The secrets of the vault, without values.

    Attributes:
        revision (int): Revision of the vault.
        credentials (list[CredentialMetadata]): The secrets.
    """

    revision: int
    credentials: list[CredentialMetadata]

    def to_dict(self) -> dict[str, Any]:
        revision = self.revision

        credentials = []
        for credentials_item_data in self.credentials:
            credentials_item = credentials_item_data.to_dict()
            credentials.append(credentials_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "revision": revision,
                "credentials": credentials,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CredentialMetadata
        if "CredentialMetadata" not in globals():
            from ..models.credential_metadata import CredentialMetadata
        d = {key: value for key, value in src_dict.items() if value is not None}
        revision = d.pop("revision")

        credentials = []
        _credentials = d.pop("credentials")
        for credentials_item_data in _credentials:
            credentials_item = CredentialMetadata.from_dict(credentials_item_data)

            credentials.append(credentials_item)

        credential_list_response = cls(
            revision=revision,
            credentials=credentials,
        )

        return credential_list_response
