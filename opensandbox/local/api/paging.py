"""Pages of lists: `page`, `pageSize` and the `pagination` member of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opensandbox.local.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import QueryParams

MAX_PAGE_SIZE = 200


def page_of(items: Sequence[Any], query: QueryParams) -> dict[str, Any]:
    """The page that the query asks for, with page data over all `items`; 400 for a bad page or size."""
    page = _number(query, "page", 1)
    size = _number(query, "pageSize", 20)
    if size > MAX_PAGE_SIZE:
        raise invalid(f"pageSize must be at most {MAX_PAGE_SIZE}, not {size}; ask for further pages")
    start = (page - 1) * size
    pages = -(-len(items) // size)
    return {
        "items": list(items[start : start + size]),
        "pagination": {
            "page": page,
            "pageSize": size,
            "totalItems": len(items),
            "totalPages": pages,
            "hasNextPage": page < pages,
        },
    }


def _number(query: QueryParams, name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    # Ten digits are plenty, and `int` refuses absurdly long texts with an error of its own.
    if not (text.isascii() and text.isdigit() and len(text) <= 10) or int(text) < 1:
        raise invalid(f"{name} must be a whole number of at least 1, not {text!r}")
    return int(text)
