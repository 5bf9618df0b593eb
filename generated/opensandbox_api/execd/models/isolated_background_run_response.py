# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import Record, present


@_attrs_define
class IsolatedBackgroundRunResponse(Record[Any]):
    """A background run that was started.

    Attributes:
        session_id (str): Session it belongs to.
        run_id (str): Identifier of the run.
        started_at (datetime.datetime): When it started.
    """

    session_id: str
    run_id: str
    started_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["session_id"] = self.session_id
        members["run_id"] = self.run_id
        members["started_at"] = self.started_at.isoformat()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            session_id=d.pop("session_id"),
            run_id=d.pop("run_id"),
            started_at=read_time("started_at", d.pop("started_at")),
        )
        record.additional_properties = d
        return record
