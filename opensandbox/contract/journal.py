"""What has travelled, and what of it does not fit the specs. Threads of pools and drains write, one reads."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from opensandbox.contract import judge
from opensandbox.contract.refusals import lacks
from opensandbox.contract.specs import find_by_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox.contract.recording import Exchange
    from opensandbox.contract.specs import Operation


T = TypeVar("T")


class Journal:
    """A recorder writes into it: `answered` when the head of an answer is there, `ended` when nothing more will come."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._heads: SimpleQueue[tuple[str, str, int]] = SimpleQueue()
        self._exchanges: SimpleQueue[Exchange] = SimpleQueue()

    def answered(self, method: str, url: str, status: int) -> None:
        """Note that there is an answer."""
        self._heads.put((method, url, status))

    def ended(self, exchange: Exchange) -> None:
        """Note an exchange that is over."""
        self._exchanges.put(exchange)

    def statuses(self) -> dict[str, set[int]]:
        """Return the statuses of answers since the last call, by operation."""
        seen: dict[str, set[int]] = {}
        for method, url, status in _taken(self._heads):
            found, _ = find_by_address(self._base_url, method, url)
            if found is not None:
                seen.setdefault(found.name, set()).add(status)
        return seen

    def problems(self) -> Iterator[tuple[Operation, str]]:
        """Hold what has ended since the last call against the specs; yield what does not fit."""
        for exchange in _taken(self._exchanges):
            found, path = find_by_address(self._base_url, exchange.method, exchange.url)
            if found is None or lacks(exchange.status, exchange.body):
                continue  # addresses that no spec has are the server's own business
            for problem in (
                *judge.request_problems(found, path, exchange.query, exchange.asked, exchange.sent),
                *judge.response_problems(found, exchange.status, exchange.headers, exchange.body),
            ):
                yield found, f"{exchange.status}: {problem}"


def _taken(queue: SimpleQueue[T]) -> Iterator[T]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return
