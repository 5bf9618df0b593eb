"""The comparison as a picture: a bar for each figure that has a share of the published package's cost for its aim."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.bench.figures import Figure

ROW, LABELS, WIDTH, MARGIN = 22, 330, 860, 44
LEAST, MOST = 0.01, 2.0
"""The ends of the axis, which is logarithmic."""
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
STYLE = (
    "text{font:12px sans-serif;fill:#333}.faint{stroke:#ddd}.even{stroke:#999;stroke-dasharray:4 3}"
    ".met{fill:#3a8f5c}.missed{fill:#c2573f}.aim{stroke:#222;stroke-width:2}.title{font-weight:bold}"
)


def svg(figures: Sequence[Figure], published: str) -> str:
    """Return the picture; a short bar is good, and a dark mark stands where the aim is."""
    rows = [figure for figure in figures if figure.ratio and figure.ratio_aim]
    bottom = MARGIN + ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 28}" role="img">',
        f"<title>Cost as a share of opensandbox {published}</title><style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{bottom + 28}" fill="white"/>',
        f'<text class="title" x="12" y="20">Cost as a share of opensandbox {published}: shorter is better, marks are aims</text>',
    ]
    for tick in TICKS:
        kind = "even" if tick == 1.0 else "faint"
        parts.append(f'<path class="{kind}" d="M{_x(tick):.1f} {MARGIN - 10}V{bottom}"/>')
        parts.append(f'<text x="{_x(tick):.1f}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>')
    for number, figure in enumerate(rows):
        parts += _bar(figure, MARGIN + ROW * number)
    return "\n".join([*parts, "</svg>", ""])


def _bar(figure: Figure, top: int) -> list[str]:
    assert figure.ratio is not None
    assert figure.ratio_aim is not None
    end, aim = _x(figure.ratio), _x(figure.ratio_aim)
    return [
        f'<text x="{LABELS - 10}" y="{top + 13}" text-anchor="end">{escape(figure.what.strip())}</text>',
        f'<rect class="{"missed" if figure.missed else "met"}" x="{LABELS}" y="{top + 2}" '
        f'width="{max(end - LABELS, 1):.1f}" height="{ROW - 7}"/>',
        f'<path class="aim" d="M{aim:.1f} {top}V{top + ROW - 3}"/>',
        f'<text x="{max(end, aim) + 6:.1f}" y="{top + 13}">{figure.ratio:.2g}</text>',
    ]


def _x(ratio: float) -> float:
    place = math.log(min(max(ratio, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LABELS + place * (WIDTH - LABELS - 50)
