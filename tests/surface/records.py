"""The form of the records: one line a name, so that a difference shows the names it is about.

python tests/surface/records.py tests/surface/surface_1_2.json    # bring what dump_surface.py wrote into that form
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

DEEPER = {"probes": 3}
"""Sections whose names are not the members of the section, but of these, or of theirs."""


def written(record: dict[str, Any]) -> str:
    """Return the text of a record."""
    sections = [
        f"{json.dumps(name)}: {_text(value, DEEPER.get(name, 2) - 1)}" for name, value in record.items()
    ]
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _text(value: Any, levels: int) -> str:
    if not levels or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return (
        "{\n"
        + ",\n".join(f"{json.dumps(name)}: {_text(item, levels - 1)}" for name, item in value.items())
        + "\n}"
    )


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(written(json.loads(path.read_text())))
