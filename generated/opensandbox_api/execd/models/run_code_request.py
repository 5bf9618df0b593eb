# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present

if TYPE_CHECKING:
    from ..models.code_context import CodeContext


@_attrs_define
class RunCodeRequest(Record[Any]):
    """What to run, and where.

    Attributes:
        code (str): Source text.
        context (CodeContext | Unset): A language kernel, or a language when no kernel is meant in particular.
    """

    code: str
    context: CodeContext | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["code"] = self.code
        if self.context is not UNSET:
            members["context"] = self.context.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global CodeContext
        if "CodeContext" not in globals():
            from ..models.code_context import CodeContext

        d = present(src_dict)
        record = cls(
            code=d.pop("code"),
            context=UNSET if (value := d.pop("context", UNSET)) is UNSET else CodeContext.from_dict(value),
        )
        record.additional_properties = d
        return record
