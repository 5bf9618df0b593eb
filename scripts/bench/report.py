"""Puts the figures of a whole comparison into docs/performance.md, between two marks, and the plot beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.bench.figures import number
from scripts.bench.plot import svg
from scripts.bench.subjects import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.bench.figures import Figure

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "performance.svg"
BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


def write(figures: Sequence[Figure], published: str) -> None:
    """Replace table and plot."""
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE} has lost the lines {BEGIN!r} and {END!r}; put them where the table belongs")
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(figures, published)}\n\n{END}{after}")
    PLOT.write_text(svg(figures, published))


def markdown(figures: Sequence[Figure], published: str) -> str:
    """Return the rows that both packages have, as a table."""
    lines = [f"| | this package | {published} | ratio | aim |", "|---|--:|--:|--:|--:|"]
    for figure in figures:
        if figure.published is None or figure.ratio is None:
            continue
        ours, theirs = number(figure.ours, figure.unit), number(figure.published, figure.unit)
        verdict = f"{figure.aims} {'**missed**' if figure.missed else ''}".strip()
        what = figure.what.replace("  ", "… ", 1) if figure.what.startswith("  ") else figure.what
        lines.append(f"| {what} | {ours} | {theirs} | {figure.ratio:.2g} | {verdict} |")
    return "\n".join(lines)
