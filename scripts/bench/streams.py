"""Event streams of commands against a stub server: many small events, and a very large one, in both framings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.bench.deployment import stand_in
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 3
SAMPLES = 2
TWINS = ("sync", "async")

EVENTS = 200_000
EVENTS_AIM = 1 / 5

SINGLE_EVENTS = 50_000
"""Fewer, since the published package takes its time for events in chunks of their own."""

BIG_SIZES = (8, 16, 32)
BIG_AIM = 200.0
LINEAR_AIM = 5.0
"""Times the work for four times the size: four, and a little; quadratic would be sixteen. Work, since the clock also tells what
else the machine does."""

FRAMINGS = {"json": "bare JSON", "data": "data: lines"}


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the medians of both twins."""
    subjects = [ours] if published is None else [ours, published]
    with stand_in("stub") as address:
        for twin in TWINS:
            yield _events(subjects, twin, address, EVENTS, "json", "64 to a chunk")
        for twin in TWINS:
            yield _events(subjects, twin, address, SINGLE_EVENTS, "json 1", "one to a chunk")
        for twin in TWINS:
            for framing in FRAMINGS:
                yield from _big(subjects, twin, address, framing)


def _events(subjects: list[Subject], twin: str, address: str, count: int, options: str, how: str) -> Figure:
    samples: list[list[float]] = [[] for _ in subjects]
    for _ in range(ROUNDS):
        for subject, times in zip(subjects, samples, strict=True):
            times += _told(subject, twin, address, f"events {count} {options}")["seconds"]
    mine, *theirs = (middle(times) / count * 1e6 for times in samples)
    return Figure(f"{count:,} events, {how}, {twin}: each", "µs", mine, *theirs, ratio_aim=EVENTS_AIM)


def _big(subjects: list[Subject], twin: str, address: str, framing: str) -> Iterator[Figure]:
    ours, *others = subjects
    samples: dict[int, list[float]] = {size: [] for size in BIG_SIZES}
    processor: dict[int, list[float]] = {size: [] for size in BIG_SIZES}
    for _ in range(ROUNDS):
        for size, times in samples.items():
            told = _told(ours, twin, address, f"big {size} {framing}")
            times += told["seconds"]
            processor[size] += told["processor"]
    smallest, *_, largest = BIG_SIZES
    # Once: it may take the published package a minute.
    theirs = [
        _told(other, twin, address, f"big {largest} {framing}", 1)["seconds"][0] * 1000 for other in others
    ]
    yield Figure(
        f"an event of {largest} MiB, {FRAMINGS[framing]}, {twin}",
        "ms",
        middle(samples[largest]) * 1000,
        *theirs,
        aim=BIG_AIM,
    )
    mine = {size: middle(times) * 1000 for size, times in processor.items()}
    each = ", ".join(f"{size} MiB: {took:.0f} ms" for size, took in mine.items())
    yield Figure(f"  processor time ({each})", "x", mine[largest] / mine[smallest], aim=LINEAR_AIM)


def _told(subject: Subject, twin: str, address: str, command: str, count: int = SAMPLES) -> Any:
    return subject.run(f"bulk_{twin}", str(count), "command", command, OPEN_SANDBOX_DOMAIN=address)
