"""What two records of one driver come to, case by case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SAME, BETTER, WORSE = "same", "better", "worse"
UNREACHED = {"reached": False}
WIDTH = 200


@dataclass(frozen=True)
class Case:
    """A case, and what came of it on this package and on the published one."""

    name: str
    wanted: Any
    ours: Any
    published: Any

    @property
    def ours_right(self) -> bool:
        """Whether this package does what a user of the framework wants."""
        return _compared(self.ours) == self.wanted

    @property
    def published_right(self) -> bool:
        """Whether the published package does."""
        return _compared(self.published) == self.wanted

    @property
    def verdict(self) -> str:
        """Same, better or worse. A difference is worse, unless this package does what is wanted."""
        if _compared(self.ours) == _compared(self.published):
            return SAME
        return BETTER if self.ours_right else WORSE


def compare(ours: dict[str, Any], published: dict[str, Any]) -> list[Case]:
    """Put the cases of two records side by side. A record without cases compares to nothing, so that is refused."""
    left, right = ({case["name"]: case for case in record["cases"]} for record in (ours, published))
    if not right:
        raise ValueError("the driver recorded no case")
    return [
        Case(
            name,
            case["wanted"],
            *(side[name]["got"] if name in side else UNREACHED for side in (left, right)),
        )
        for name, case in {**right, **left}.items()
    ]


def report(cases: list[Case]) -> tuple[str, bool]:
    """Return a line for each case that differs or is not as wanted, a last one with the counts, and whether any is worse."""
    lines = []
    for case in cases:
        if case.verdict != SAME:
            lines.append(
                f"{case.verdict}: {case.name}: {_short(case.ours)}; published: {_short(case.published)}"
            )
        elif not case.ours_right:
            lines.append(f"both: {case.name}: {_short(case.ours)}; wanted: {_short(case.wanted)}")
    counts = {verdict: sum(case.verdict == verdict for case in cases) for verdict in (SAME, BETTER, WORSE)}
    right = sum(case.ours_right for case in cases), sum(case.published_right for case in cases)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    summary = f"{len(cases)} cases: {told}; as a user wants: {right[0]} here, {right[1]} on 1.1.1"
    return "\n".join(["", *lines, summary]), counts[WORSE] > 0


def _compared(got: Any) -> Any:
    # Words are for people: packages may say the same thing differently.
    return {"raised": got["raised"]} if isinstance(got, dict) and "raised" in got else got


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}… ({len(text)} characters)"
