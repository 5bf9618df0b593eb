# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present

if TYPE_CHECKING:
    from ..models.pagination_info import PaginationInfo
    from ..models.snapshot import Snapshot


@_attrs_define
class ListSnapshotsResponse(Record[Any]):
    """A page of snapshots.

    Attributes:
        items (list[Snapshot]): The snapshots of this page.
        pagination (PaginationInfo): Where a page lies among the rest.
    """

    items: list[Snapshot]
    pagination: PaginationInfo
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["items"] = [item.to_dict() for item in self.items]
        members["pagination"] = self.pagination.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global PaginationInfo, Snapshot
        if "Snapshot" not in globals():
            from ..models.pagination_info import PaginationInfo
            from ..models.snapshot import Snapshot

        d = present(src_dict)
        record = cls(
            items=[Snapshot.from_dict(item) for item in d.pop("items")],
            pagination=PaginationInfo.from_dict(d.pop("pagination")),
        )
        record.additional_properties = d
        return record
