# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution
    from ..models.custom_header_entry import CustomHeaderEntry


@_attrs_define
class CustomHeadersCredentialAuth:
    """Put secrets into several headers.

    Attributes:
        type_ (Literal['customHeaders']): Says which kind of rule this is.
        headers (list[CustomHeaderEntry]): The headers, each name once.
        substitutions (list[CredentialSubstitution] | Unset): Placeholders to replace as well.
    """

    type_: Literal["customHeaders"]
    headers: list[CustomHeaderEntry]
    substitutions: list[CredentialSubstitution] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        members: dict[str, Any] = {}
        members["type"] = type_
        members["headers"] = [item.to_dict() for item in self.headers]
        if self.substitutions is not UNSET:
            members["substitutions"] = [item.to_dict() for item in self.substitutions]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialSubstitution, CustomHeaderEntry
        if "CustomHeaderEntry" not in globals():
            from ..models.credential_substitution import CredentialSubstitution
            from ..models.custom_header_entry import CustomHeaderEntry

        d = present(src_dict)
        type_ = cast(Literal["customHeaders"], d.pop("type"))
        if type_ != "customHeaders":
            raise ValueError(f"type must match const 'customHeaders', got '{type_}'")

        record = cls(
            type_=type_,
            headers=[CustomHeaderEntry.from_dict(item) for item in d.pop("headers")],
            substitutions=UNSET
            if (value := d.pop("substitutions", UNSET)) is UNSET
            else [CredentialSubstitution.from_dict(item) for item in value],
        )
        return record
