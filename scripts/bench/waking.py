"""What the first command after a pause takes more than another one: the embedded server wakes the sandbox for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

SAMPLES = 100
AIM = 100.0


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the difference of the medians; the published package has no idle policies."""
    with LocalServer() as server:
        pairs = ours.run(
            "waking",
            str(SAMPLES),
            OPEN_SANDBOX_DOMAIN=server.domain,
            OPEN_SANDBOX_API_KEY=server.api_key,
        )
    awake, woken = zip(*pairs, strict=True)
    yield Figure(
        "waking a paused sandbox, on top of a command", "ms", middle(woken) - middle(awake), None, AIM
    )
