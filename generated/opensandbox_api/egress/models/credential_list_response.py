# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.credential_metadata import CredentialMetadata


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
        members: dict[str, Any] = {}
        members["revision"] = self.revision
        members["credentials"] = [item.to_dict() for item in self.credentials]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialMetadata
        if "CredentialMetadata" not in globals():
            from ..models.credential_metadata import CredentialMetadata

        d = present(src_dict)
        record = cls(
            revision=d.pop("revision"),
            credentials=[CredentialMetadata.from_dict(item) for item in d.pop("credentials")],
        )
        return record
