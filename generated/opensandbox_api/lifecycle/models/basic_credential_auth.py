# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution


@_attrs_define
class BasicCredentialAuth:
    """Put the secret into `Authorization` after the word Basic. The value has to be the base64 text already.

    Attributes:
        type_ (Literal['basic']): Says which kind of rule this is.
        credential (str): Name of the secret.
        substitutions (list[CredentialSubstitution] | Unset): Placeholders to replace as well.
    """

    type_: Literal["basic"]
    credential: str
    substitutions: list[CredentialSubstitution] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        members: dict[str, Any] = {}
        members["type"] = type_
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
        type_ = cast(Literal["basic"], d.pop("type"))
        if type_ != "basic":
            raise ValueError(f"type must match const 'basic', got '{type_}'")

        record = cls(
            type_=type_,
            credential=d.pop("credential"),
            substitutions=UNSET
            if (value := d.pop("substitutions", UNSET)) is UNSET
            else [CredentialSubstitution.from_dict(item) for item in value],
        )
        return record
