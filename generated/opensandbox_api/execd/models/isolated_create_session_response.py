# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present


@_attrs_define
class IsolatedCreateSessionResponse(Record[Any]):
    """The new isolated session.

    Attributes:
        session_id (str | Unset): Identifier of the session.
        created_at (datetime.datetime | Unset): When it was opened.
    """

    session_id: str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        if self.session_id is not UNSET:
            members["session_id"] = self.session_id
        if self.created_at is not UNSET:
            members["created_at"] = self.created_at.isoformat()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            session_id=d.pop("session_id", UNSET),
            created_at=UNSET if (value := d.pop("created_at", UNSET)) is UNSET else read_time("created_at", value),
        )
        record.additional_properties = d
        return record
