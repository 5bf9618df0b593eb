"""A measured figure, and the table of them."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, on both packages, and the most that ours should be.

    `published` is None where there is nothing to compare with. `aim` is in the unit of the row, `ratio_aim` a share of what
    the published package needs; each is None where nothing of its kind was set out to reach.
    """

    what: str
    unit: str
    ours: float
    published: float | None = None
    aim: float | None = None
    ratio_aim: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over theirs: below 1 is better, as every figure is a cost."""
        return self.ours / self.published if self.published else None

    @property
    def missed(self) -> bool:
        """Whether ours costs more than it should."""
        if self.aim is not None and self.ours > self.aim:
            return True
        return self.ratio_aim is not None and self.ratio is not None and self.ratio > self.ratio_aim

    @property
    def aims(self) -> str:
        """The aims as text; one that is a share means nothing where there is nothing to compare with."""
        parts = []
        if self.aim is not None:
            parts.append(f"≤ {number(self.aim, self.unit)}")
        if self.ratio_aim is not None and self.ratio is not None:
            parts.append(f"≤ {self.ratio_aim:.2g} x")
        return ", ".join(parts)

    def as_json(self) -> dict[str, Any]:
        """Return the row with what follows from it."""
        return {**asdict(self), "ratio": self.ratio, "missed": self.missed}


def middle(samples: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(samples)


def quiet(samples: Sequence[float]) -> float:
    """Return the lowest tenth's bound: what short work takes when nothing else wants the processor in between."""
    return statistics.quantiles(samples, n=10)[0]


def table(figures: Iterable[Figure]) -> str:
    """Return the rows as aligned text."""
    rows = [("", "ours", "published", "ratio", "aim", "")]
    for figure in figures:
        ratio = (
            ""
            if figure.ratio is None
            else f"{figure.ratio:.3f}"
            if figure.ratio < 0.1
            else f"{figure.ratio:.2f}"
        )
        verdict = "" if not figure.aims else "MISSED" if figure.missed else "ok"
        published = "" if figure.published is None else number(figure.published, figure.unit)
        rows.append((figure.what, number(figure.ours, figure.unit), published, ratio, figure.aims, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, 5) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def number(value: float, unit: str) -> str:
    """Return a figure with as many digits as mean something."""
    digits = 0 if value == int(value) else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}".rstrip()
