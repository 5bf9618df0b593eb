# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present
from ..models.isolated_session_summary_status import IsolatedSessionSummaryStatus


@_attrs_define
class IsolatedSessionSummary(Record[Any]):
    """An isolated session in short.

    Attributes:
        session_id (str): Identifier.
        status (IsolatedSessionSummaryStatus): Whether it can be used.
        created_at (datetime.datetime): When it was opened.
        last_run_at (datetime.datetime): When it was last used.
        idle_remaining_seconds (int | None | Unset): Seconds until it is closed for idleness, if it ever is.
    """

    session_id: str
    status: IsolatedSessionSummaryStatus
    created_at: datetime.datetime
    last_run_at: datetime.datetime
    idle_remaining_seconds: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        idle_remaining_seconds: int | None | Unset
        if isinstance(self.idle_remaining_seconds, Unset):
            idle_remaining_seconds = UNSET
        else:
            idle_remaining_seconds = self.idle_remaining_seconds

        members: dict[str, Any] = {**self.additional_properties}
        members["session_id"] = self.session_id
        members["status"] = self.status.value
        members["created_at"] = self.created_at.isoformat()
        members["last_run_at"] = self.last_run_at.isoformat()
        if idle_remaining_seconds is not UNSET:
            members["idle_remaining_seconds"] = idle_remaining_seconds
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)

        def _parse_idle_remaining_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        idle_remaining_seconds = _parse_idle_remaining_seconds(d.pop("idle_remaining_seconds", UNSET))

        record = cls(
            session_id=d.pop("session_id"),
            status=IsolatedSessionSummaryStatus(d.pop("status")),
            created_at=read_time("created_at", d.pop("created_at")),
            last_run_at=read_time("last_run_at", d.pop("last_run_at")),
            idle_remaining_seconds=idle_remaining_seconds,
        )
        record.additional_properties = d
        return record
