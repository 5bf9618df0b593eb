"""From `create` to the result of the first command: with a spare to hand over (warm), and without (cold)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 3
SAMPLES = 10
"""Per round and package; the packages take turns, so that a busy moment of the machine hits both."""

WARM_AIM = 60.0
COLD_AIM = 400.0


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the medians for the embedded server, which both packages talk to."""
    # The pause lets the server start the next spare: this is about what a user sees who does not create in a burst.
    for label, spares, pause, aim in (("warm", 2, 0.7, WARM_AIM), ("cold", 0, 0.0, COLD_AIM)):
        with LocalServer(spares=spares) as server:
            subjects = [ours] if published is None else [ours, published]
            samples: list[list[float]] = [[] for _ in subjects]
            for _ in range(ROUNDS):
                for subject, times in zip(subjects, samples, strict=True):
                    times += subject.run(
                        "create",
                        str(SAMPLES),
                        str(pause),
                        OPEN_SANDBOX_DOMAIN=server.domain,
                        OPEN_SANDBOX_API_KEY=server.api_key,
                    )
        theirs = None if published is None else middle(samples[1])
        yield Figure(f"create to first command, {label}", "ms", middle(samples[0]), theirs, aim)
