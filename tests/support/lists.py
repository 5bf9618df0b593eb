"""A server that has long lists, cut into pages, and lets their items be deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from tests.support.deployment import CREATED
from tests.support.faults import FaultServer, Request, answer

SHAPES: dict[str, dict[str, Any]] = {
    "sandboxes": {"status": {"state": "Running"}, "entrypoint": ["sleep"]},
    "snapshots": {"sandboxId": "box", "status": {"state": "Ready"}},
    "templates": {"image": "i", "publish": "p", "format": "native", "status": {"phase": "Succeeded"}},
}


class PagedServer(FaultServer):
    """Has `total` items of every kind, newest first. `pages` are the numbers that were asked for."""

    def __init__(self, total: int) -> None:
        super().__init__()
        self.app = self._answer
        self.pages: list[int] = []
        self.targets: list[str] = []
        self.most_deletions_at_once = 0
        self._ids = [f"id-{number}" for number in range(total)]

    def add(self, count: int) -> None:
        """Put new items in front of the others."""
        self._ids[:0] = [f"new-{number}" for number in range(count)]

    def _answer(self, request: Request) -> bytes:
        kind = request.path.split("/")[2]
        if request.method == "DELETE":
            self.most_deletions_at_once = max(self.most_deletions_at_once, self.open)
            return answer(204)
        query = parse_qs(request.target.partition("?")[2])
        number, size = int(query["page"][0]), int(query["pageSize"][0])
        self.pages.append(number)
        self.targets.append(request.target)
        items = [_item(kind, name) for name in self._ids[(number - 1) * size : number * size]]
        total = len(self._ids)
        pagination = {
            "page": number,
            "pageSize": size,
            "totalItems": total,
            "totalPages": -(-total // size),
            "hasNextPage": number * size < total,
        }
        return answer(200, {"items": items, "pagination": pagination})


def _item(kind: str, name: str) -> dict[str, Any]:
    key = "templateId" if kind == "templates" else "id"
    return {key: name, "createdAt": CREATED, "updatedAt": CREATED, **SHAPES[kind]}
