# Generated from opensandbox/_async/control/paging.py by scripts/unasync.py. Do not edit.
"""Walking through lists that the server gives out page by page, with one page in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from opensandbox.config.limits import beyond
from opensandbox.exceptions import SandboxInternalException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox.models.pagination import PageFilter
    from opensandbox.models.templates import TemplateFilter

PAGE_SIZE: Final = 100
"""Items asked for at once where the filter does not say."""

P = TypeVar("P")
T = TypeVar("T")


def walk(
    fetch: Callable[[Any], P],
    filter: PageFilter | TemplateFilter,
    items: Callable[[P], list[T]],
    key: Callable[[T], str],
    repeated_pages: int | None,
) -> Iterator[T]:
    """Yield every item from the filter's page on. The next page is fetched when the former has been used up.

    Pages are cut anew for each request, the newest item first: what is created meanwhile pushes items onto the next page,
    where they are passed over; what is deleted meanwhile may pull as many items out of sight. Pages that bring nothing but
    what came before end the walk with `SandboxInternalException` when there are more than `repeated_pages` in a row: the server
    does not count pages.
    """
    number = filter.page or 1
    former: set[str] = set()
    seen: set[int] = set()
    repeated = 0
    while True:
        page: Any = fetch(
            filter.model_copy(update={"page": number, "page_size": filter.page_size or PAGE_SIZE})
        )
        found = items(page)
        for item in found:
            if key(item) not in former:
                yield item
        if not found or not page.pagination.has_next_page:
            return
        former = {key(item) for item in found}
        # A number a page, so that a long list does not fill the memory.
        mark = hash(frozenset(former))
        repeated = repeated + 1 if mark in seen else 0
        seen.add(mark)
        if repeated_pages is not None and repeated > repeated_pages:
            what = f"page {number} of the list is one that came before, and so the number of repeated pages"
            raise SandboxInternalException(beyond("repeated_pages", repeated_pages, what))
        number += 1
