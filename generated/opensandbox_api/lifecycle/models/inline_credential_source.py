# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="InlineCredentialSource")


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

        value = self.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        type_ = cast(Literal["inline"], d.pop("type"))
        if type_ != "inline":
            raise ValueError(f"type must match const 'inline', got '{type_}'")

        value = d.pop("value")

        inline_credential_source = cls(
            type_=type_,
            value=value,
        )

        return inline_credential_source
