"""What a run comes to: a row for each operation, order and usage, and what of it counts at which level."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_DETAILS = 5
LONGEST_DETAIL = 400


class Level(StrEnum):
    """How much of the protocol a server is held to. Each level holds the one before."""

    CORE = "core"
    V1_1 = "1.1"
    V1_2 = "1.2"

    def within(self, other: Level) -> bool:
        """Return whether what belongs to this level counts at the other."""
        order = list(Level)
        return order.index(self) <= order.index(other)


class Part(StrEnum):
    """What kind of thing a row is about."""

    OPERATION = "operation"
    ORDER = "order"
    USAGE = "usage"
    CLEANUP = "clean-up"


class Outcome(StrEnum):
    """What came of a row."""

    SUPPORTED = "supported"
    DIFFERS = "differs"
    NOT_OFFERED = "not offered"
    MISSING = "missing"
    NOT_TRIED = "not tried"


class NotOffered(Exception):
    """This deployment does not have that, and says so in a way that the protocol allows."""


class Missing(Exception):
    """The server does not know the route: it is older than what it was asked for."""


class NotTried(Exception):
    """What the check needs could not be made; the row of that says why."""


class Differs(Exception):
    """The server does something else than the contract says."""


@dataclass
class Row:
    """One line of the table. `optional` says that the protocol lets a deployment go without."""

    part: Part
    name: str
    subject: str
    level: Level
    optional: bool = False
    outcome: Outcome = Outcome.SUPPORTED
    details: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, outcome: Outcome, detail: str) -> None:
        """Add what was found. A difference outweighs everything else, then what was found first."""
        if self.outcome is Outcome.SUPPORTED or outcome is Outcome.DIFFERS:
            self.outcome = outcome
        self.remark(detail)

    def remark(self, detail: str) -> None:
        """Add words that change nothing."""
        detail = detail if len(detail) <= LONGEST_DETAIL else detail[: LONGEST_DETAIL - 1] + "…"
        if detail not in self.details:
            self.details.append(detail)

    def fails(self, level: Level) -> bool:
        """Return whether this row breaks a level."""
        if not self.level.within(level) or self.outcome is Outcome.SUPPORTED:
            return False
        lacking = self.outcome in (Outcome.NOT_OFFERED, Outcome.NOT_TRIED)
        return not (lacking and self.optional)

    def lines(self) -> list[str]:
        """Return the details, the first few of them and how many more there are."""
        more = len(self.details) - MOST_DETAILS
        return [*self.details[:MOST_DETAILS], *([f"and {more} more"] if more > 0 else [])]


@dataclass
class Report:
    """All rows of a run, and what was asked."""

    server: str
    level: Level
    label: str
    rows: list[Row] = field(default_factory=list)
    interrupted: bool = False

    def failures(self) -> list[Row]:
        """Return the rows that break the level."""
        return [row for row in self.rows if row.fails(self.level)]

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` writes."""
        return {
            "server": self.server,
            "level": self.level,
            "label": self.label,
            "passed": not self.failures() and not self.interrupted,
            "interrupted": self.interrupted,
            "counts": {
                outcome.value: sum(row.outcome is outcome for row in self.rows) for outcome in Outcome
            },
            "rows": [
                {
                    "part": row.part,
                    "name": row.name,
                    "subject": row.subject,
                    "level": row.level,
                    "optional": row.optional,
                    "outcome": row.outcome,
                    "fails": row.fails(self.level),
                    "differs": row.details,
                    "seconds": round(row.seconds, 3),
                }
                for row in self.rows
            ],
        }
