# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...times import read_time
from ...types import UNSET, Record, Unset, present


@_attrs_define
class IsolatedRunStatus(Record[Any]):
    """How a background run stands.

    Attributes:
        session_id (str): Session it belongs to.
        run_id (str): Identifier of the run.
        running (bool): Whether it still runs.
        started_at (datetime.datetime): When it started.
        exit_code (int | None | Unset): How it ended, once it has.
        error (str | Unset): Why it failed.
        finished_at (datetime.datetime | Unset): When it ended, once it has.
    """

    session_id: str
    run_id: str
    running: bool
    started_at: datetime.datetime
    exit_code: int | None | Unset = UNSET
    error: str | Unset = UNSET
    finished_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        exit_code: int | None | Unset
        if isinstance(self.exit_code, Unset):
            exit_code = UNSET
        else:
            exit_code = self.exit_code

        members: dict[str, Any] = {**self.additional_properties}
        members["session_id"] = self.session_id
        members["run_id"] = self.run_id
        members["running"] = self.running
        members["started_at"] = self.started_at.isoformat()
        if exit_code is not UNSET:
            members["exit_code"] = exit_code
        if self.error is not UNSET:
            members["error"] = self.error
        if self.finished_at is not UNSET:
            members["finished_at"] = self.finished_at.isoformat()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)

        def _parse_exit_code(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        exit_code = _parse_exit_code(d.pop("exit_code", UNSET))

        record = cls(
            session_id=d.pop("session_id"),
            run_id=d.pop("run_id"),
            running=d.pop("running"),
            started_at=read_time("started_at", d.pop("started_at")),
            exit_code=exit_code,
            error=d.pop("error", UNSET),
            finished_at=UNSET if (value := d.pop("finished_at", UNSET)) is UNSET else read_time("finished_at", value),
        )
        record.additional_properties = d
        return record
