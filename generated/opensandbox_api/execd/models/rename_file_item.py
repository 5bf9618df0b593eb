# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present


@_attrs_define
class RenameFileItem(Record[Any]):
    """One move.

    Attributes:
        src (str): Path it is at.
        dest (str): Path it will be at.
    """

    src: str
    dest: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["src"] = self.src
        members["dest"] = self.dest
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            src=d.pop("src"),
            dest=d.pop("dest"),
        )
        record.additional_properties = d
        return record
