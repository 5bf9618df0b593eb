"""Streams of commands that are left at their first event, a hundred thousand of them: what they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.figures import Figure
from tests.support.deployment import INIT, STREAM_HEAD, Deployment
from tests.support.faults import HOLD, chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

COUNT = 100_000
MOST_GROWTH = 2.0
"""MB between the first tenth and the end: caches and the allocator need a little, a leak of 100 bytes each nine."""


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield figures of this package alone: the published one has no streams that can be left."""
    for twin in ("async", "sync"):
        with Deployment() as deployment:
            deployment.add("box")
            deployment.always("POST /at/box/44772/command", [STREAM_HEAD, chunk(INIT), HOLD])
            made = ours.run(f"aborted_streams_{twin}", deployment.address, str(COUNT))
        resident, descriptors = made["resident"], made["descriptors"]
        what = f"{COUNT:,} aborted streams, {twin}"
        yield Figure(f"{what}: files left open", "", descriptors[-1] - descriptors[0], aim=0)
        for tenths, megabytes in zip((1, 5, 10), resident, strict=True):
            yield Figure(f"{what}: resident after {COUNT * tenths // 10:,}", "MB", megabytes)
        yield Figure(
            f"{what}: growth since the first tenth", "MB", resident[-1] - resident[0], aim=MOST_GROWTH
        )
        yield Figure(f"{what}: each", "ms", made["seconds"] / COUNT * 1000)
