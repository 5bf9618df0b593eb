# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

from ...types import present

if TYPE_CHECKING:
    from ..models.fsb_template import FsbTemplate
    from ..models.pagination_info import PaginationInfo


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
        members: dict[str, Any] = {}
        members["items"] = [item.to_dict() for item in self.items]
        members["pagination"] = self.pagination.to_dict()
        return members

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        global FsbTemplate, PaginationInfo
        if "PaginationInfo" not in globals():
            from ..models.fsb_template import FsbTemplate
            from ..models.pagination_info import PaginationInfo

        d = present(src_dict)
        record = cls(
            items=[FsbTemplate.from_dict(item) for item in d.pop("items")],
            pagination=PaginationInfo.from_dict(d.pop("pagination")),
        )
        return record
