# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.isolated_session_summary_status import IsolatedSessionSummaryStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="IsolatedSessionSummary")


@_attrs_define
class IsolatedSessionSummary:
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
        session_id = self.session_id

        status = self.status.value

        created_at = self.created_at.isoformat()

        last_run_at = self.last_run_at.isoformat()

        idle_remaining_seconds: int | None | Unset
        if isinstance(self.idle_remaining_seconds, Unset):
            idle_remaining_seconds = UNSET
        else:
            idle_remaining_seconds = self.idle_remaining_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "session_id": session_id,
                "status": status,
                "created_at": created_at,
                "last_run_at": last_run_at,
            }
        )
        if idle_remaining_seconds is not UNSET:
            field_dict["idle_remaining_seconds"] = idle_remaining_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = {key: value for key, value in src_dict.items() if value is not None}
        session_id = d.pop("session_id")

        status = IsolatedSessionSummaryStatus(d.pop("status"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        last_run_at = datetime.datetime.fromisoformat(d.pop("last_run_at"))

        def _parse_idle_remaining_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        idle_remaining_seconds = _parse_idle_remaining_seconds(d.pop("idle_remaining_seconds", UNSET))

        isolated_session_summary = cls(
            session_id=session_id,
            status=status,
            created_at=created_at,
            last_run_at=last_run_at,
            idle_remaining_seconds=idle_remaining_seconds,
        )

        isolated_session_summary.additional_properties = d
        return isolated_session_summary

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
