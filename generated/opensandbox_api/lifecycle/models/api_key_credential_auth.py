# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution


@_attrs_define
class ApiKeyCredentialAuth:
    """Put the secret into a header of one's choice.

    Attributes:
        type_ (Literal['apiKey']): Says which kind of rule this is.
        name (str): Name of the header. Headers about the connection or the message itself are refused.
        credential (str): Name of the secret.
        substitutions (list[CredentialSubstitution] | Unset): Placeholders to replace as well.
    """

    type_: Literal["apiKey"]
    name: str
    credential: str
    substitutions: list[CredentialSubstitution] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        members: dict[str, Any] = {}
        members["type"] = type_
        members["name"] = self.name
        members["credential"] = self.credential
        if self.substitutions is not UNSET:
            members["substitutions"] = [item.to_dict() for item in self.substitutions]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialSubstitution
        if "CredentialSubstitution" not in globals():
            from ..models.credential_substitution import CredentialSubstitution

        d = present(src_dict)
        type_ = cast(Literal["apiKey"], d.pop("type"))
        if type_ != "apiKey":
            raise ValueError(f"type must match const 'apiKey', got '{type_}'")

        record = cls(
            type_=type_,
            name=d.pop("name"),
            credential=d.pop("credential"),
            substitutions=UNSET
            if (value := d.pop("substitutions", UNSET)) is UNSET
            else [CredentialSubstitution.from_dict(item) for item in value],
        )
        return record
