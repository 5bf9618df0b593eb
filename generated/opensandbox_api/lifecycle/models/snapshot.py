# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.snapshot_status import SnapshotStatus


T = TypeVar("T", bound="Snapshot")


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
        id = self.id

        sandbox_id = self.sandbox_id

        status = self.status.to_dict()

        created_at = self.created_at.isoformat()

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "sandboxId": sandbox_id,
                "status": status,
                "createdAt": created_at,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global SnapshotStatus
        if "SnapshotStatus" not in globals():
            from ..models.snapshot_status import SnapshotStatus
        d = {key: value for key, value in src_dict.items() if value is not None}
        id = d.pop("id")

        sandbox_id = d.pop("sandboxId")

        status = SnapshotStatus.from_dict(d.pop("status"))

        created_at = datetime.datetime.fromisoformat(d.pop("createdAt"))

        name = d.pop("name", UNSET)

        snapshot = cls(
            id=id,
            sandbox_id=sandbox_id,
            status=status,
            created_at=created_at,
            name=name,
        )

        return snapshot
