# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.fsb_template import FsbTemplate
    from ..models.pagination_info import PaginationInfo


T = TypeVar("T", bound="ListFsbTemplatesResponse")


@_attrs_define
class ListFsbTemplatesResponse:
    """A page of templates.

    Attributes:
        items (list[FsbTemplate]): The templates of this page.
        pagination (PaginationInfo): Where a page lies among the rest.
    """

    items: list[FsbTemplate]
    pagination: PaginationInfo

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        pagination = self.pagination.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
                "pagination": pagination,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        global FsbTemplate, PaginationInfo
        if "PaginationInfo" not in globals():
            from ..models.fsb_template import FsbTemplate
            from ..models.pagination_info import PaginationInfo
        d = {key: value for key, value in src_dict.items() if value is not None}
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = FsbTemplate.from_dict(items_item_data)

            items.append(items_item)

        pagination = PaginationInfo.from_dict(d.pop("pagination"))

        list_fsb_templates_response = cls(
            items=items,
            pagination=pagination,
        )

        return list_fsb_templates_response
