# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution


@_attrs_define
class PassthroughCredentialAuth:
    """Add nothing, only replace placeholders.

    Attributes:
        type_ (Literal['passthrough']): Says which kind of rule this is.
        substitutions (list[CredentialSubstitution] | Unset): The placeholders.
    """

    type_: Literal["passthrough"]
    substitutions: list[CredentialSubstitution] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        members: dict[str, Any] = {}
        members["type"] = type_
        if self.substitutions is not UNSET:
            members["substitutions"] = [item.to_dict() for item in self.substitutions]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CredentialSubstitution
        if "CredentialSubstitution" not in globals():
            from ..models.credential_substitution import CredentialSubstitution

        d = present(src_dict)
        type_ = cast(Literal["passthrough"], d.pop("type"))
        if type_ != "passthrough":
            raise ValueError(f"type must match const 'passthrough', got '{type_}'")

        record = cls(
            type_=type_,
            substitutions=UNSET
            if (value := d.pop("substitutions", UNSET)) is UNSET
            else [CredentialSubstitution.from_dict(item) for item in value],
        )
        return record
