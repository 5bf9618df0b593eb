# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class Permission(Record[Any]):
    """Mode and owner for a path.

    Attributes:
        mode (int): Permissions as octal digits: 755 stands for rwxr-xr-x. Default: 755.
        owner (str | Unset): Name of the owner.
        group (str | Unset): Name of the group.
    """

    mode: int = 755
    owner: str | Unset = UNSET
    group: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["mode"] = self.mode
        if self.owner is not UNSET:
            members["owner"] = self.owner
        if self.group is not UNSET:
            members["group"] = self.group
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            mode=d.pop("mode"),
            owner=d.pop("owner", UNSET),
            group=d.pop("group", UNSET),
        )
        record.additional_properties = d
        return record
