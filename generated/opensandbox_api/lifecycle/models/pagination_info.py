# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ...types import Record, present


@_attrs_define
class PaginationInfo(Record[Any]):
    """Where a page lies among the rest.

    Attributes:
        page (int): This page.
        page_size (int): Records per page.
        total_items (int): Records that match, on all pages.
        total_pages (int): Pages altogether; 0 when nothing matches.
        has_next_page (bool): Whether another page follows.
    """

    page: int
    page_size: int
    total_items: int
    total_pages: int
    has_next_page: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        members: dict[str, Any] = {**self.additional_properties}
        members["page"] = self.page
        members["pageSize"] = self.page_size
        members["totalItems"] = self.total_items
        members["totalPages"] = self.total_pages
        members["hasNextPage"] = self.has_next_page
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:

        d = present(src_dict)
        record = cls(
            page=d.pop("page"),
            page_size=d.pop("pageSize"),
            total_items=d.pop("totalItems"),
            total_pages=d.pop("totalPages"),
            has_next_page=d.pop("hasNextPage"),
        )
        record.additional_properties = d
        return record
