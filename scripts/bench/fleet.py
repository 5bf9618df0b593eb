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
AIM = 1 / 20

OBJECTS = 400
OBJECT_AIM = 8.0
OBJECT_RATIO = 8 / 43


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the time per sandbox, and the memory of an idle object."""
    with stand_in("stub") as address:
        times = [_together(ours, address) for _ in range(ROUNDS)]
        theirs = None if published is None else _together(published, address)
        yield Figure(f"create, run, kill, {COUNT} at once: each", "ms", middle(times), theirs, None, AIM)
        mine = _held(ours, address)
        theirs = None if published is None else _held(published, address)
        yield Figure("memory of an idle Sandbox object", "KiB", mine, theirs, OBJECT_AIM, OBJECT_RATIO)


def _together(subject: Subject, address: str) -> float:
    seconds: float = subject.run("fleet", str(COUNT), OPEN_SANDBOX_DOMAIN=address)
    return seconds / COUNT * 1000


def _held(subject: Subject, address: str) -> float:
    size: float = subject.run("idle_objects", str(OBJECTS), OPEN_SANDBOX_DOMAIN=address)
    return size / 1024
