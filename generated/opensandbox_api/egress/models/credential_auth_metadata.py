# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...types import UNSET, Unset, present


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
        members: dict[str, Any] = {}
        members["type"] = self.type_
        if self.name is not UNSET:
            members["name"] = self.name
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            type_=d.pop("type"),
            name=d.pop("name", UNSET),
        )
        return record
