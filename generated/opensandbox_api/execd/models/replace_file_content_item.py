# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present


@_attrs_define
class ReplaceFileContentItem(Record[Any]):
    """One replacement.

    Attributes:
        old (str): Text to find.
        new (str): Text to put in its place, possibly none.
    """

    old: str
    new: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["old"] = self.old
        members["new"] = self.new
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            old=d.pop("old"),
            new=d.pop("new"),
        )
        record.additional_properties = d
        return record
