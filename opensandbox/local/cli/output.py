"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def print_json(value: object) -> None:
    """Print a value as one JSON document, for people as well where somebody looks."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print columns, as wide as their widest cell; what does not fit a terminal is not cut."""
    table = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def span(duration: timedelta) -> str:
    """Return a duration in its largest unit, such as `3 hours`."""
    seconds = int(duration.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= 2 * size or (seconds >= size and size in (1, 86400)):
            count = seconds // size
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "0 seconds"


def mebibytes(amount: float | None) -> str:
    """Return an amount of memory, `-` where it is not known."""
    if amount is None:
        return "-"
    return f"{amount / 1024:.1f} GiB" if amount >= 1024 else f"{amount:.0f} MiB"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} is nothing that JSON has")
