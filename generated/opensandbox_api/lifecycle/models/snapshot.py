# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...times import read_time
from ...types import UNSET, Unset, present

if TYPE_CHECKING:
    from ..models.snapshot_status import SnapshotStatus


@_attrs_define
class Snapshot:
    """A copy of a sandbox at one moment.

    Attributes:
        id (str): Identifier.
        sandbox_id (str): Sandbox it was taken of.
        status (SnapshotStatus): How a snapshot stands and why.
        created_at (datetime.datetime): When it was asked for.
        name (str | Unset): Name it was given.
    """

    id: str
    sandbox_id: str
    status: SnapshotStatus
    created_at: datetime.datetime
    name: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {}
        members["id"] = self.id
        members["sandboxId"] = self.sandbox_id
        members["status"] = self.status.to_dict()
        members["createdAt"] = self.created_at.isoformat()
        if self.name is not UNSET:
            members["name"] = self.name
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global SnapshotStatus
        if "SnapshotStatus" not in globals():
            from ..models.snapshot_status import SnapshotStatus

        d = present(src_dict)
        record = cls(
            id=d.pop("id"),
            sandbox_id=d.pop("sandboxId"),
            status=SnapshotStatus.from_dict(d.pop("status")),
            created_at=read_time("createdAt", d.pop("createdAt")),
            name=d.pop("name", UNSET),
        )
        return record
