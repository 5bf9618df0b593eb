# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import present
from ..models.credential_substitution_in_item import CredentialSubstitutionInItem


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
        members: dict[str, Any] = {}
        members["credential"] = self.credential
        members["placeholder"] = self.placeholder
        members["in"] = [item.value for item in self.in_]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            credential=d.pop("credential"),
            placeholder=d.pop("placeholder"),
            in_=[CredentialSubstitutionInItem(item) for item in d.pop("in")],
        )
        return record
