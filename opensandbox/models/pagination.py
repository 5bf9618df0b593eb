"""One page of a longer list."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from opensandbox.models.base import Answer, Model

PageSize = Annotated[int, Field(gt=0)]


class PaginationInfo(Answer):
    """Where a page stands; pages count from 1, and an empty list has none."""

    page: int
    page_size: int
    total_items: int
    total_pages: int
    has_next_page: bool


class PageFilter(Model):
    """How much to list: `None` leaves it to the server (page 1, 20 items)."""

    page_size: PageSize | None = None
    page: Annotated[int, Field(ge=0)] | None = None
