"""A command that does nothing, in a sandbox that is there: what every command costs at least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 3
SAMPLES = 100
AIM = 15.0


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the medians of the async and the blocking classes."""
    subjects = [ours] if published is None else [ours, published]
    with LocalServer() as server:
        for twin in ("async", "sync"):
            samples: list[list[float]] = [[] for _ in subjects]
            for _ in range(ROUNDS):
                for subject, times in zip(subjects, samples, strict=True):
                    times += subject.run(
                        f"command_{twin}",
                        str(SAMPLES),
                        OPEN_SANDBOX_DOMAIN=server.domain,
                        OPEN_SANDBOX_API_KEY=server.api_key,
                    )
            theirs = None if published is None else middle(samples[1])
            yield Figure(f"a tiny command, {twin}", "ms", middle(samples[0]), theirs, AIM)
