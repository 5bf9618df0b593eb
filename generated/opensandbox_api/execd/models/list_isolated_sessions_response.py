# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present

if TYPE_CHECKING:
    from ..models.isolated_session_summary import IsolatedSessionSummary


@_attrs_define
class ListIsolatedSessionsResponse(Record[Any]):
    """The isolated sessions.

    Attributes:
        sessions (list[IsolatedSessionSummary]): The sessions.
    """

    sessions: list[IsolatedSessionSummary]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["sessions"] = [item.to_dict() for item in self.sessions]
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global IsolatedSessionSummary
        if "IsolatedSessionSummary" not in globals():
            from ..models.isolated_session_summary import IsolatedSessionSummary

        d = present(src_dict)
        record = cls(
            sessions=[IsolatedSessionSummary.from_dict(item) for item in d.pop("sessions")],
        )
        record.additional_properties = d
        return record
