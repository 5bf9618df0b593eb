# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.pagination_info import PaginationInfo
    from ..models.snapshot import Snapshot


T = TypeVar("T", bound="ListSnapshotsResponse")


@_attrs_define
class ListSnapshotsResponse:
    """A page of snapshots.

    Attributes:
        items (list[Snapshot]): The snapshots of this page.
        pagination (PaginationInfo): Where a page lies among the rest.
    """

    items: list[Snapshot]
    pagination: PaginationInfo
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        pagination = self.pagination.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "items": items,
                "pagination": pagination,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global PaginationInfo, Snapshot
        if "Snapshot" not in globals():
            from ..models.pagination_info import PaginationInfo
            from ..models.snapshot import Snapshot
        d = {key: value for key, value in src_dict.items() if value is not None}
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = Snapshot.from_dict(items_item_data)

            items.append(items_item)

        pagination = PaginationInfo.from_dict(d.pop("pagination"))

        list_snapshots_response = cls(
            items=items,
            pagination=pagination,
        )

        list_snapshots_response.additional_properties = d
        return list_snapshots_response

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
