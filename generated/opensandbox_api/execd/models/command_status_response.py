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
class CommandStatusResponse(Record[Any]):
    """How a command stands.

    Attributes:
        id (str | Unset): Identifier.
        content (str | Unset): What was run.
        running (bool | Unset): Whether it still runs.
        exit_code (int | None | Unset): How it ended, once it has; -1 when a signal ended it.
        error (str | Unset): Why it could not be started or waited for. Not its own error output.
        started_at (datetime.datetime | Unset): When it started.
        finished_at (datetime.datetime | Unset): When it ended, once it has.
    """

    id: str | Unset = UNSET
    content: str | Unset = UNSET
    running: bool | Unset = UNSET
    exit_code: int | None | Unset = UNSET
    error: str | Unset = UNSET
    started_at: datetime.datetime | Unset = UNSET
    finished_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        exit_code: int | None | Unset
        if isinstance(self.exit_code, Unset):
            exit_code = UNSET
        else:
            exit_code = self.exit_code

        members: dict[str, Any] = {**self.additional_properties}
        if self.id is not UNSET:
            members["id"] = self.id
        if self.content is not UNSET:
            members["content"] = self.content
        if self.running is not UNSET:
            members["running"] = self.running
        if exit_code is not UNSET:
            members["exit_code"] = exit_code
        if self.error is not UNSET:
            members["error"] = self.error
        if self.started_at is not UNSET:
            members["started_at"] = self.started_at.isoformat()
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
            id=d.pop("id", UNSET),
            content=d.pop("content", UNSET),
            running=d.pop("running", UNSET),
            exit_code=exit_code,
            error=d.pop("error", UNSET),
            started_at=UNSET if (value := d.pop("started_at", UNSET)) is UNSET else read_time("started_at", value),
            finished_at=UNSET if (value := d.pop("finished_at", UNSET)) is UNSET else read_time("finished_at", value),
        )
        record.additional_properties = d
        return record
