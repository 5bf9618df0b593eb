# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.credential_substitution_in_item import CredentialSubstitutionInItem

T = TypeVar("T", bound="CredentialSubstitution")


@_attrs_define
class CredentialSubstitution:
    """Replace a placeholder in the request by a secret, letter for letter. The value is encoded as the place demands.

    Attributes:
        credential (str): Name of the secret.
        placeholder (str): Text to look for.
        in_ (list[CredentialSubstitutionInItem]): Where to look.
    """

    credential: str
    placeholder: str
    in_: list[CredentialSubstitutionInItem]

    def to_dict(self) -> dict[str, Any]:
        credential = self.credential

        placeholder = self.placeholder

        in_ = []
        for in_item_data in self.in_:
            in_item = in_item_data.value
            in_.append(in_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "credential": credential,
                "placeholder": placeholder,
                "in": in_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        credential = d.pop("credential")

        placeholder = d.pop("placeholder")

        in_ = []
        _in_ = d.pop("in")
        for in_item_data in _in_:
            in_item = CredentialSubstitutionInItem(in_item_data)

            in_.append(in_item)

        credential_substitution = cls(
            credential=credential,
            placeholder=placeholder,
            in_=in_,
        )

        return credential_substitution
