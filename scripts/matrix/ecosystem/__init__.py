"""Programs of others that use the SDK: do they do on this package what they do on the published one?

Each framework gets two environments with exact versions of all that it needs: one has this package's wheel as the SDK, one the
published SDK. The same driver runs in both, against an embedded server of its own, and records what came of each case.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from scripts.matrix.ecosystem.driving import drive, environment
from scripts.matrix.ecosystem.frameworks import FRAMEWORKS, Framework
from scripts.matrix.ecosystem.verdicts import compare, report
from scripts.matrix.pythons import find_python
from scripts.matrix.table import Row, attempt
from tests.support.installed import DoesNotWork

PUBLISHED = "opensandbox==1.1.1"


def rows(wheel: Path, only: str = "") -> Iterator[Row]:
    """Try each framework whose name holds `only`, and yield what came of it."""
    for framework in FRAMEWORKS:
        if only in framework.name:
            yield attempt(framework.name, partial(use, framework, wheel))


def use(framework: Framework, wheel: Path) -> str:
    """Drive a framework on both packages and return how they compare."""
    python = find_python(framework.python)
    records = [drive(framework, environment(framework, python, sdk)) for sdk in (str(wheel), PUBLISHED)]
    told, worse = report(compare(*records))
    if worse:
        raise DoesNotWork(told)
    return told
