"""What importing costs beyond a bare interpreter: medians over fresh processes, the variants taking turns.

Processor time, since importing is work and no waiting: what else the machine does then counts little.
"""

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
# What a program that uses the async classes has loaded in any case.
AND_ASYNCIO = f"import asyncio; {DEPENDENCIES}"

PACKAGE_AIM = 25.0
PACKAGE_RATIO = 1 / 15
CLASSES_RATIO = 1 / 2
CLASSES_AIM = 1.3


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the cost of the package, and of its main class as a multiple of what its dependencies cost."""
    subjects = [ours] if published is None else [ours, published]
    mine, *others = _beyond_bare(subjects, [PACKAGE, CLASSES, DEPENDENCIES, AND_ASYNCIO])
    theirs = others[0] if others else {}
    yield Figure("import opensandbox", "ms", mine[PACKAGE], theirs.get(PACKAGE), PACKAGE_AIM, PACKAGE_RATIO)
    yield Figure(
        "import Sandbox, make a config", "ms", mine[CLASSES], theirs.get(CLASSES), None, CLASSES_RATIO
    )
    for label, program, aim in (
        ("httpx, pydantic", DEPENDENCIES, CLASSES_AIM),
        ("these and asyncio", AND_ASYNCIO, None),
    ):
        other = theirs[CLASSES] / theirs[program] if theirs else None
        yield Figure(f"  the same over importing {label}", "x", mine[CLASSES] / mine[program], other, aim)


def _beyond_bare(subjects: list[Subject], programs: list[str]) -> list[dict[str, float]]:
    """Return, for each package, the cost of each program in milliseconds."""
    samples = {
        (number, program): list[float]() for program in (BARE, *programs) for number in range(len(subjects))
    }
    for number, program in samples:
        subjects[number].processor_seconds(program)  # writes the bytecode
    for _ in range(ROUNDS):
        for (number, program), times in samples.items():
            times.append(subjects[number].processor_seconds(program))
    costs = {key: middle(times) * 1000 for key, times in samples.items()}
    return [
        {program: costs[number, program] - costs[number, BARE] for program in programs}
        for number in range(len(subjects))
    ]
