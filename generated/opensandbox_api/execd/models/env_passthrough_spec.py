# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present
from ..models.env_passthrough_spec_mode import EnvPassthroughSpecMode


@_attrs_define
class EnvPassthroughSpec(Record[Any]):
    """Which variables are inherited.

    Attributes:
        mode (EnvPassthroughSpecMode | Unset): Whether `keys` are the only ones or the only exceptions.
        keys (list[str] | Unset): Names of variables.
    """

    mode: EnvPassthroughSpecMode | Unset = UNSET
    keys: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.mode is not UNSET:
            members["mode"] = self.mode.value
        if self.keys is not UNSET:
            members["keys"] = self.keys
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            mode=UNSET if (value := d.pop("mode", UNSET)) is UNSET else EnvPassthroughSpecMode(value),
            keys=d.pop("keys", UNSET),
        )
        record.additional_properties = d
        return record
