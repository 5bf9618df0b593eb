# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class CreateSessionRequest(Record[Any]):
    """How a shell session starts.

    Attributes:
        cwd (str | Unset): Directory to start in, made if missing.
    """

    cwd: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.cwd is not UNSET:
            members["cwd"] = self.cwd
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            cwd=d.pop("cwd", UNSET),
        )
        record.additional_properties = d
        return record
