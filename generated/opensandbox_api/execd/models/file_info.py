# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present
from ..models.file_info_type import FileInfoType


@_attrs_define
class FileInfo(Record[Any]):
    """What is known about a file, directory or link.

    Attributes:
        path (str): Absolute path.
        size (int): Size in bytes.
        modified_at (datetime.datetime): When its content last changed.
        created_at (datetime.datetime): When it was made, or where that is unknown when its record last changed.
        owner (str): Name of the owner, or number where there is none.
        group (str): Name of the group, or number where there is none.
        mode (int): Permissions as octal digits.
        type_ (FileInfoType | Unset): What it is.
    """

    path: str
    size: int
    modified_at: datetime.datetime
    created_at: datetime.datetime
    owner: str
    group: str
    mode: int
    type_: FileInfoType | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["path"] = self.path
        members["size"] = self.size
        members["modified_at"] = self.modified_at.isoformat()
        members["created_at"] = self.created_at.isoformat()
        members["owner"] = self.owner
        members["group"] = self.group
        members["mode"] = self.mode
        if self.type_ is not UNSET:
            members["type"] = self.type_.value
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            path=d.pop("path"),
            size=d.pop("size"),
            modified_at=read_time("modified_at", d.pop("modified_at")),
            created_at=read_time("created_at", d.pop("created_at")),
            owner=d.pop("owner"),
            group=d.pop("group"),
            mode=d.pop("mode"),
            type_=UNSET if (value := d.pop("type", UNSET)) is UNSET else FileInfoType(value),
        )
        record.additional_properties = d
        return record
