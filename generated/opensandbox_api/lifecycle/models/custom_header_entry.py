# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="CustomHeaderEntry")


@_attrs_define
class CustomHeaderEntry:
    """One header.

    Attributes:
        name (str): Name of the header. Headers about the connection or the message itself are refused.
        credential (str): Name of the secret.
    """

    name: str
    credential: str

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        credential = self.credential

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "credential": credential,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        name = d.pop("name")

        credential = d.pop("credential")

        custom_header_entry = cls(
            name=name,
            credential=credential,
        )

        return custom_header_entry
