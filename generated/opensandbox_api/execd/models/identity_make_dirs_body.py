# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record

if TYPE_CHECKING:
    from ..models.permission import Permission


@_attrs_define
class IdentityMakeDirsBody(Record["Permission"]):
    additional_properties: dict[str, Permission] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {name: value.to_dict() for name, value in self.additional_properties.items()}
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global Permission
        if "Permission" not in globals():
            from ..models.permission import Permission

        d = dict(src_dict)
        record = cls()
        record.additional_properties = {name: Permission.from_dict(value) for name, value in d.items()}
        return record
