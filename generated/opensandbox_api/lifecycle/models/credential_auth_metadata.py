# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CredentialAuthMetadata")


@_attrs_define
class CredentialAuthMetadata:
    """What a binding does, as read back.

    Attributes:
        type_ (str): Kind of rule.
        name (str | Unset): Header, for the kind `apiKey`.
    """

    type_: str
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        type_ = d.pop("type")

        name = d.pop("name", UNSET)

        credential_auth_metadata = cls(
            type_=type_,
            name=name,
        )

        return credential_auth_metadata
