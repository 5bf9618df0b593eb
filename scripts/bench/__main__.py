"""Measure and compare.

    python -m scripts.bench                      everything
    python -m scripts.bench imports commands     some of it
    python -m scripts.bench faults               what both make of faults: words, no figures, and nothing else
    python -m scripts.bench --alone --json build/bench.json
    python -m scripts.bench --docs               everything, and put table and plot into docs/performance.md

Prints a table, in which every figure is a cost, and writes the same as JSON. The exit status is 1 where an aim is missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from scripts.bench import faults, report
from scripts.bench.fault_cases import CASES
from scripts.bench.figures import Figure, table
from scripts.bench.registry import BENCHMARKS, load
from scripts.bench.subjects import PUBLISHED_VERSION, ROOT, ours, published

FAULTS = "faults"


def main() -> int:
    """Run the benchmarks that were asked for and return the exit status."""
    options = _options()
    if options.measure:
        other = None if options.alone else published()
        figures = load(options.measure).measure(ours(other), other)
        json.dump([figure.as_json() for figure in figures], sys.stdout)
        return 0
    if not options.alone:
        published()
    if options.names == [FAULTS]:
        print(faults.table(CASES, [ours(None)] if options.alone else [published(), ours(published())]))
        return 0
    rows: list[Figure] = []
    for name in options.names or BENCHMARKS:
        start = time.monotonic()
        print(f"{name}: {BENCHMARKS[name]} …", end=" ", flush=True)
        rows += _measure(name, alone=options.alone)
        print(f"{time.monotonic() - start:.0f} s", flush=True)
    print(f"\n{table(rows)}\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(_report(rows), indent=2) + "\n")
    if options.docs:
        report.write(rows, PUBLISHED_VERSION)
    return 1 if any(row.missed for row in rows) else 0


def _measure(name: str, *, alone: bool) -> list[Figure]:
    # In a process of its own: what one benchmark imports or leaves in memory is no cost of the next.
    command = [sys.executable, "-m", "scripts.bench", "--measure", name, *(["--alone"] if alone else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    names = Figure.__dataclass_fields__
    return [Figure(**{key: row[key] for key in names}) for row in json.loads(done.stdout)]


def _report(rows: list[Figure]) -> dict[str, Any]:
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "published": PUBLISHED_VERSION,
        "figures": [row.as_json() for row in rows],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description="Measure and compare.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}; or {FAULTS}")
    parser.add_argument("--alone", action="store_true", help="leave the published package out")
    parser.add_argument(
        "--json",
        type=Path,
        default=ROOT / "build" / "bench.json",
        metavar="FILE",
        help="where to write the figures",
    )
    parser.add_argument(
        "--docs", action="store_true", help="put the table and the plot into docs/performance.md"
    )
    # For this program itself: measure here and now, print JSON.
    parser.add_argument("--measure", choices=BENCHMARKS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.names == [FAULTS]:
        return options
    if options.docs and (options.names or options.alone):
        parser.error("--docs is for a whole comparison: leave names and --alone out")
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
