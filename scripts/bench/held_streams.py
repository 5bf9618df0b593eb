"""A command that does nothing, where the daemon holds its stream open for a second after the end, and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

SAMPLES = 100
PUBLISHED_SAMPLES = 5
"""Few: each takes more than a second."""
SHARE = 1.2


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the cost on a daemon that holds, and as a share of the cost on one that does not, from commands in turns."""
    with LocalServer(manners="kind") as kind, LocalServer(manners="real") as real:
        servers = [server.domain for server in (kind, real)], [server.api_key for server in (kind, real)]
        for twin in ("sync", "async"):

            def medians(subject: Subject, samples: int, twin: str = twin) -> tuple[float, float]:
                domains, keys = map(",".join, servers)
                pairs = subject.run(f"held_streams_{twin}", str(samples), DOMAINS=domains, KEYS=keys)
                at_once, held = zip(*pairs, strict=True)
                return middle(at_once), middle(held)

            at_once, held = medians(ours, SAMPLES)
            theirs = None if published is None else medians(published, PUBLISHED_SAMPLES)
            yield Figure(f"a tiny command, its stream held for 1 s, {twin}", "ms", held, theirs and theirs[1])
            yield Figure(
                "… the same over one whose stream ends at once",
                "x",
                held / at_once,
                theirs and theirs[1] / theirs[0],
                SHARE,
            )
