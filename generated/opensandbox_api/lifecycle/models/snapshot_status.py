# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define

from ...times import read_time
from ...types import UNSET, Unset, present


@_attrs_define
class SnapshotStatus:
    """How a snapshot stands and why.

    Attributes:
        state (str): A word such as those of the examples. The list is open.
        reason (str | Unset): Why, in a word for programs. The list is open.
        message (str | Unset): Why, in a sentence for people.
        last_transition_at (datetime.datetime | Unset): Since when.
    """

    state: str
    reason: str | Unset = UNSET
    message: str | Unset = UNSET
    last_transition_at: datetime.datetime | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["state"] = self.state
        if self.reason is not UNSET:
            members["reason"] = self.reason
        if self.message is not UNSET:
            members["message"] = self.message
        if self.last_transition_at is not UNSET:
            members["lastTransitionAt"] = self.last_transition_at.isoformat()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            state=d.pop("state"),
            reason=d.pop("reason", UNSET),
            message=d.pop("message", UNSET),
            last_transition_at=UNSET if (value := d.pop("lastTransitionAt", UNSET)) is UNSET else read_time("lastTransitionAt", value),
        )
        return record
