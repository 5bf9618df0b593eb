"""What importing costs beyond a bare interpreter: medians over fresh processes, the variants taking turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.figures import Figure, middle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

ROUNDS = 25

BARE = "pass"
PACKAGE = "import opensandbox"
CLASSES = """
from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
ConnectionConfig(domain="sandboxes.example.com", api_key="k")
"""
# Both packages stand on these two; naming BaseModel loads what any model needs.
DEPENDENCIES = "import httpx, pydantic; pydantic.BaseModel"

PACKAGE_AIM = 25.0
CLASSES_AIM = 1.3


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the cost of the package, and of its main class as a multiple of what its dependencies cost."""
    mine = _beyond_bare(ours, [PACKAGE, CLASSES, DEPENDENCIES])
    theirs = {} if published is None else _beyond_bare(published, [PACKAGE, CLASSES])
    yield Figure("import opensandbox", "ms", mine[PACKAGE], theirs.get(PACKAGE), PACKAGE_AIM)
    yield Figure("import Sandbox, make a config", "ms", mine[CLASSES], theirs.get(CLASSES))
    yield Figure("import httpx and pydantic", "ms", mine[DEPENDENCIES])
    multiple = mine[CLASSES] / mine[DEPENDENCIES]
    yield Figure("Sandbox and config over httpx and pydantic", "x", multiple, aim=CLASSES_AIM)


def _beyond_bare(subject: Subject, programs: list[str]) -> dict[str, float]:
    """Return the cost of each program in milliseconds."""
    samples: dict[str, list[float]] = {program: [] for program in (BARE, *programs)}
    for program in samples:
        subject.seconds(program)  # writes the bytecode
    for _ in range(ROUNDS):
        for program, times in samples.items():
            times.append(subject.seconds(program))
    bare = middle(samples[BARE])
    return {program: (middle(samples[program]) - bare) * 1000 for program in programs}
