# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import UNSET, Record, Unset, present


@_attrs_define
class FileMetadata(Record[Any]):
    """Where an uploaded file goes. It is the content of a `metadata` part.

    Attributes:
        path (str | Unset): Path in the sandbox. Always needed, whatever the schema says.
        owner (str | Unset): Owner to give it to.
        group (str | Unset): Group to give it to.
        mode (int | Unset): Permissions as octal digits; 0, or nothing, to leave them.
    """

    path: str | Unset = UNSET
    owner: str | Unset = UNSET
    group: str | Unset = UNSET
    mode: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.path is not UNSET:
            members["path"] = self.path
        if self.owner is not UNSET:
            members["owner"] = self.owner
        if self.group is not UNSET:
            members["group"] = self.group
        if self.mode is not UNSET:
            members["mode"] = self.mode
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            path=d.pop("path", UNSET),
            owner=d.pop("owner", UNSET),
            group=d.pop("group", UNSET),
            mode=d.pop("mode", UNSET),
        )
        record.additional_properties = d
        return record
