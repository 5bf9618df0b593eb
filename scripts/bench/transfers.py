"""Large files against a stub server: read into memory, and sent from a file object. Time, and memory beyond the idle process."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from scripts.bench.deployment import stand_in
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 3
SAMPLES = 2
TWINS = ("sync", "async")
MIB = 1 << 20
SIZE = 256

READ_AIM = 1 / 3
READ_MEMORY_AIM = 1.2 * SIZE
UPLOAD_AIM = 1.0
UPLOAD_MEMORY_AIM = 16.0


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the medians of both twins."""
    subjects = [ours] if published is None else [ours, published]
    with stand_in("stub") as address, tempfile.NamedTemporaryFile() as file:
        for _ in range(SIZE):
            file.write(bytes(range(256)) * (MIB // 256))
        file.flush()
        for what, argument, shown, aim, memory_aim in (
            ("read", str(SIZE), f"read {SIZE} MiB into memory", READ_AIM, READ_MEMORY_AIM),
            ("upload", file.name, f"upload {SIZE} MiB from a file", UPLOAD_AIM, UPLOAD_MEMORY_AIM),
        ):
            for twin in TWINS:
                seconds: list[list[float]] = [[] for _ in subjects]
                grown: list[list[float]] = [[] for _ in subjects]
                for _ in range(ROUNDS):
                    for number, subject in enumerate(subjects):
                        told = subject.run(
                            f"bulk_{twin}", str(SAMPLES), what, argument, OPEN_SANDBOX_DOMAIN=address
                        )
                        seconds[number] += told["seconds"]
                        grown[number].append(told["grown"] / MIB)
                mine, *theirs = (middle(times) * 1000 for times in seconds)
                yield Figure(f"{shown}, {twin}", "ms", mine, *theirs, ratio_aim=aim)
                mine, *theirs = map(middle, grown)
                yield Figure("  memory for it, at most", "MiB", mine, *theirs, aim=memory_aim)
