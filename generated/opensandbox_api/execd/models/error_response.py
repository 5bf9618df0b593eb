# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present


@_attrs_define
class ErrorResponse(Record[Any]):
    """Why a request failed. Either member may be missing when it is empty.

    Attributes:
        code (str): Word for programs.
        message (str): Sentence for people.
    """

    code: str
    message: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["code"] = self.code
        members["message"] = self.message
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            code=d.pop("code"),
            message=d.pop("message"),
        )
        record.additional_properties = d
        return record
