"""What a run looks like: lines while it goes on, a table at the end, JSON and JUnit for CI."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from opensandbox.contract.results import Outcome, Part

if TYPE_CHECKING:
    from pathlib import Path

    from opensandbox.contract.results import Report, Row

COLUMNS = ("part", "name", "level", "outcome", "differs how")
COLOURS = {
    Outcome.SUPPORTED: "green",
    Outcome.DIFFERS: "red",
    Outcome.MISSING: "red",
    Outcome.NOT_TRIED: "yellow",
    Outcome.NOT_OFFERED: "cyan",
}


class Progress:
    """Says which row has just been tried: in place on a terminal, a line for each that is not supported elsewhere."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._in_place = file.isatty()
        self._count = 0

    def begin(self, report: Report) -> None:
        """Say what is tried."""
        print(
            f"{report.server}: level {report.level}; everything made carries the label {report.label}",
            file=self._file,
            flush=True,
        )

    def tell(self, row: Row) -> None:
        """Say that a row is done."""
        self._count += 1
        if self._in_place:
            print(
                f"\r\x1b[K{self._count} {row.name}: {row.outcome}"[:110], end="", file=self._file, flush=True
            )
        elif row.outcome is not Outcome.SUPPORTED:
            print(f"{row.name}: {row.outcome}", file=self._file, flush=True)

    def end(self) -> None:
        """Leave an empty line in place of the last one."""
        if self._in_place:
            print("\r\x1b[K", end="", file=self._file, flush=True)


def write_table(report: Report, file: IO[str], *, everything: bool) -> None:
    """Write the rows that are not supported, or all, and what they come to."""
    rows = [row for row in report.rows if everything or row.outcome is not Outcome.SUPPORTED or row.details]
    if rows and not _with_rich(report, rows, file):
        _plain(report, rows, file)
    print(summary(report), file=file, flush=True)


def summary(report: Report) -> str:
    """Return the last line."""
    counts = Counter(row.outcome for row in report.rows)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome])
    failures = report.failures()
    if report.interrupted:
        verdict = "interrupted; what was made is removed"
        if any(row.part is Part.CLEANUP for row in failures):
            verdict = f"interrupted; something with the label {report.label} may be left"
    elif failures:
        verdict = (
            f"level {report.level} is broken by {len(failures)}: {', '.join(row.name for row in failures)}"
        )
    else:
        verdict = f"level {report.level} is kept"
    return f"{told}. {verdict}"


def write_json(report: Report, path: Path) -> None:
    """Write all rows as JSON."""
    path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")


def write_junit(report: Report, path: Path) -> None:
    """Write all rows in the form that CI servers read: a suite for each part, what is not offered as skipped."""
    suites = ET.Element("testsuites", name="opensandbox.contract")
    for part in Part:
        rows = [row for row in report.rows if row.part is part]
        if not rows:
            continue
        suite = ET.SubElement(
            suites,
            "testsuite",
            name=part.value,
            tests=str(len(rows)),
            failures=str(sum(row.fails(report.level) for row in rows)),
            skipped=str(sum(_is_skipped(report, row) for row in rows)),
            time=f"{sum(row.seconds for row in rows):.3f}",
        )
        for row in rows:
            _case(suite, report, row)
    ET.indent(suites)
    ET.ElementTree(suites).write(path, encoding="utf-8", xml_declaration=True)


def _case(suite: ET.Element, report: Report, row: Row) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        name=row.name,
        classname=f"{row.part}.{row.subject}",
        time=f"{row.seconds:.3f}",
    )
    text = "\n".join(_printable(detail) for detail in row.details)
    message = f"{row.outcome} (level {row.level})"
    if row.fails(report.level):
        ET.SubElement(case, "failure", message=message).text = text
    elif _is_skipped(report, row):
        ET.SubElement(case, "skipped", message=f"{message}: {text.partition(chr(10))[0]}")


def _is_skipped(report: Report, row: Row) -> bool:
    return row.outcome is not Outcome.SUPPORTED and not row.fails(report.level)


def _printable(text: str) -> str:
    """Return a text without what XML cannot hold and a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _cells(report: Report, row: Row) -> tuple[str, ...]:
    outcome = f"{row.outcome} ✗" if row.fails(report.level) else row.outcome.value
    return (row.part.value, row.name, row.level.value, outcome, "\n".join(map(_printable, row.lines())))


def _with_rich(report: Report, rows: list[Row], file: IO[str]) -> bool:
    """Draw the table with `rich`; False where that is not installed, or the output is no terminal."""
    if not file.isatty():
        return False
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError:
        return False
    table = Table(*COLUMNS, show_lines=True)
    for row in rows:
        cells: list[Any] = [Text(cell) for cell in _cells(report, row)]
        cells[3].stylize(COLOURS[row.outcome])
        table.add_row(*cells)
    Console(file=file).print(table)
    return True


def _plain(report: Report, rows: list[Row], file: IO[str]) -> None:
    """Write the table as text: what differs stands below its row."""
    cells = [COLUMNS[:4], *(_cells(report, row)[:4] for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    details: list[list[str]] = [[], *(row.lines() for row in rows)]
    for line, told in zip(cells, details, strict=True):
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(padded).rstrip(), file=file)
        for detail in told:
            print(f"    {_printable(detail)}", file=file)
