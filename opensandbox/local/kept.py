"""Records on disk that say that what lies beside them is complete: whole, or not there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write_record(file: Path, members: dict[str, Any]) -> None:
    """Write a record. OSError when it cannot be; then there is none, also when the server is killed meanwhile."""
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(members))
    unfinished.replace(file)


def read_record(file: Path) -> dict[str, Any] | None:
    """Return a record; None where there is none, or only the half of one. OSError when it cannot be read."""
    try:
        members = json.loads(file.read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return members if isinstance(members, dict) else None
