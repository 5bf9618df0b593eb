"""What came of each row, as a table for people and for docs/compatibility.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.installed import DoesNotWork


class Skipped(Exception):
    """A row that this machine cannot try; the text says why."""


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    name: str
    outcome: str
    """`passed`, `FAILED`, or `not tried`."""
    details: str
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether it was tried and did not work."""
        return self.outcome == "FAILED"


def attempt(name: str, do: Callable[[], str]) -> Row:
    """Do one row; what it returns are its details."""
    began = time.monotonic()
    try:
        outcome, details = "passed", do()
    except Skipped as reason:
        outcome, details = "not tried", str(reason)
    except DoesNotWork as failure:
        outcome, details = "FAILED", str(failure)
    return Row(name, outcome, details, time.monotonic() - began)


def markdown(title: str, rows: Iterable[Row]) -> str:
    """Return a table; of what failed, the last line."""
    lines = [f"| {title} | Outcome | |", "|---|---|---|"]
    lines += [f"| {row.name} | {row.outcome} | {row.details.strip().splitlines()[-1]} |" for row in rows]
    return "\n".join(lines) + "\n"


def write_between(document: Path, marker: str, table: str) -> None:
    """Replace what stands between the two marks of a name in a document."""
    begin, end = f"<!-- {marker}: begin -->\n", f"<!-- {marker}: end -->\n"
    text = document.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{document.name} has no marks {begin.strip()} and {end.strip()}")
    document.write_text(f"{before}{begin}{table}{end}{after}", encoding="utf-8")
