"""Try the package as it is installed elsewhere, print a table, and leave it in the docs with `--docs`.

    python -m scripts.matrix [--docs] [--only TEXT]

Exit status 1 when a row failed. A row that this machine cannot try is named, and counts for nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scripts.matrix import adapters, ecosystem, extras, installs
from scripts.matrix.table import Row, markdown, write_between
from tests.support.installed import ROOT, built

COMPATIBILITY = ROOT / "docs/compatibility.md"
PAGES = {"Install": COMPATIBILITY, "Framework": COMPATIBILITY, "Adapter": ROOT / "docs/frameworks.md"}


def main() -> int:
    """Run all rows, or those whose name holds `--only`."""
    parser = argparse.ArgumentParser(prog="python -m scripts.matrix", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--docs",
        action="store_true",
        help="write the tables into docs/compatibility.md and docs/frameworks.md",
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="rows with this in their name")
    options = parser.parse_args()
    if options.docs and options.only:
        parser.error("--docs takes all rows")
    with tempfile.TemporaryDirectory() as place:
        artifacts = {kind: built(Path(place) / kind, kind) for kind in ("wheel", "sdist")}
        tables = {
            "Install": [
                *shown(installs.rows(artifacts, options.only)),
                *shown(extras.rows(artifacts["wheel"], options.only)),
            ],
            "Adapter": list(shown(adapters.rows(artifacts["wheel"], options.only))),
            "Framework": list(shown(ecosystem.rows(artifacts["wheel"], options.only))),
        }
    if options.docs:
        for title, table in tables.items():
            write_between(PAGES[title], f"{title.lower()}s", markdown(title, table))
    rows = [row for table in tables.values() for row in table]
    failed = [row.name for row in rows if row.failed]
    passed = sum(row.outcome == "passed" for row in rows)
    print(f"{passed} passed, {len(failed)} failed, {len(rows) - passed - len(failed)} not tried")
    return 1 if failed or not passed else 0


def shown(rows: Iterator[Row]) -> Iterator[Row]:
    """Print each row when it is known."""
    for row in rows:
        print(f"{row.outcome:9} {row.name} ({row.seconds:.0f} s): {row.details.strip()}", flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
