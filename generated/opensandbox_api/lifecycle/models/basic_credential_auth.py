# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.credential_substitution import CredentialSubstitution


T = TypeVar("T", bound="BasicCredentialAuth")


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

        credential = self.credential

        substitutions: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.substitutions, Unset):
            substitutions = []
            for substitutions_item_data in self.substitutions:
                substitutions_item = substitutions_item_data.to_dict()
                substitutions.append(substitutions_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "credential": credential,
            }
        )
        if substitutions is not UNSET:
            field_dict["substitutions"] = substitutions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global CredentialSubstitution
        if "CredentialSubstitution" not in globals():
            from ..models.credential_substitution import CredentialSubstitution
        d = {key: value for key, value in src_dict.items() if value is not None}
        type_ = cast(Literal["basic"], d.pop("type"))
        if type_ != "basic":
            raise ValueError(f"type must match const 'basic', got '{type_}'")

        credential = d.pop("credential")

        _substitutions = d.pop("substitutions", UNSET)
        substitutions: list[CredentialSubstitution] | Unset = UNSET
        if _substitutions is not UNSET:
            substitutions = []
            for substitutions_item_data in _substitutions:
                substitutions_item = CredentialSubstitution.from_dict(substitutions_item_data)

                substitutions.append(substitutions_item)

        basic_credential_auth = cls(
            type_=type_,
            credential=credential,
            substitutions=substitutions,
        )

        return basic_credential_auth
