# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define

from ...types import present


@_attrs_define
class InlineCredentialSource:
    """A value that the request brings along.

    Attributes:
        type_ (Literal['inline']): Says which kind of source this is.
        value (str): The secret. Never returned.
    """

    type_: Literal["inline"]
    value: str

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        members: dict[str, Any] = {}
        members["type"] = type_
        members["value"] = self.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        type_ = cast(Literal["inline"], d.pop("type"))
        if type_ != "inline":
            raise ValueError(f"type must match const 'inline', got '{type_}'")

        record = cls(
            type_=type_,
            value=d.pop("value"),
        )
        return record
