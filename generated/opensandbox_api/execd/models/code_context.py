# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class CodeContext(Record[Any]):
    """A language kernel, or a language when no kernel is meant in particular.

    Attributes:
        language (str): Language.
        id (str | Unset): Identifier; absent when only the language counts.
    """

    language: str
    id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["language"] = self.language
        if self.id is not UNSET:
            members["id"] = self.id
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            language=d.pop("language"),
            id=d.pop("id", UNSET),
        )
        record.additional_properties = d
        return record
