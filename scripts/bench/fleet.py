"""Three hundred sandboxes at once in one event loop, and what the object of an idle one holds: against a stub server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.deployment import stand_in
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

COUNT = 300
ROUNDS = 3
HTTPX_AIM = 1 / 4
AIOHTTP_AIM = 1 / 10

OBJECTS = 400
OBJECT_AIM = 8.0
OBJECT_RATIO = 8 / 43


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the time per sandbox with each HTTP library, and the memory of an idle object."""
    with stand_in("stub") as address:
        over_httpx, over_aiohttp = [], []
        for _ in range(ROUNDS):
            over_httpx.append(_together(ours, "httpx", address))
            over_aiohttp.append(_together(ours, "aiohttp", address))
        theirs = None if published is None else _together(published, "httpx", address)
        for label, times, aim in (
            ("httpx", over_httpx, HTTPX_AIM),
            ("extra fast", over_aiohttp, AIOHTTP_AIM),
        ):
            what = f"create, run, kill, {COUNT} at once, {label}: each"
            yield Figure(what, "ms", middle(times), theirs, None, aim)
        mine = _held(ours, address)
        theirs = None if published is None else _held(published, address)
        yield Figure("memory of an idle Sandbox object", "KiB", mine, theirs, OBJECT_AIM, OBJECT_RATIO)


def _together(subject: Subject, backend: str, address: str) -> float:
    seconds: float = subject.run("fleet", backend, str(COUNT), OPEN_SANDBOX_DOMAIN=address)
    return seconds / COUNT * 1000


def _held(subject: Subject, address: str) -> float:
    size: float = subject.run("idle_objects", str(OBJECTS), OPEN_SANDBOX_DOMAIN=address)
    return size / 1024
