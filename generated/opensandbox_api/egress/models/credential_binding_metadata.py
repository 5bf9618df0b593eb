# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_auth_metadata import CredentialAuthMetadata
    from ..models.credential_match import CredentialMatch


@_attrs_define
class CredentialBindingMetadata:
    """A binding, as read back.

    Attributes:
        name (str): Name.
        revision (int): Revision of the vault, not of the binding.
        match (CredentialMatch | Unset): Which requests a binding is about; all conditions must hold. Two bindings that
            could claim the same request are refused, but an exact host outranks a wildcard.
        auth (CredentialAuthMetadata | Unset): What a binding does, as read back.
    """

    name: str
    revision: int
    match: CredentialMatch | Unset = UNSET
    auth: CredentialAuthMetadata | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["name"] = self.name
        members["revision"] = self.revision
        if self.match is not UNSET:
            members["match"] = self.match.to_dict()
        if self.auth is not UNSET:
            members["auth"] = self.auth.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialAuthMetadata, CredentialMatch
        if "CredentialMatch" not in globals():
            from ..models.credential_auth_metadata import CredentialAuthMetadata
            from ..models.credential_match import CredentialMatch

        d = present(src_dict)
        record = cls(
            name=d.pop("name"),
            revision=d.pop("revision"),
            match=UNSET if (value := d.pop("match", UNSET)) is UNSET else CredentialMatch.from_dict(value),
            auth=UNSET if (value := d.pop("auth", UNSET)) is UNSET else CredentialAuthMetadata.from_dict(value),
        )
        return record
