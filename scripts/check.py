"""Run every check that is no test: lint, format, drift of generated trees, types, breaking changes. All run; any failure is exit status 1.

    python scripts/check.py

A check that passes is one line; one that fails is followed by what it said. Layers and names are tests (tests/public).
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# basedpyright is pyright with its JavaScript in the wheel: pyright itself downloads that when it is first run.
CHECKS = {
    "lint": ["-m", "ruff", "check", "--output-format=concise", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "generated clients": ["scripts/generate.py", "--check"],
    "types of dicts": ["-m", "scripts.dicts", "--check"],
    "blocking twins": ["scripts/unasync.py", "--check"],
    "types (mypy)": ["-m", "mypy", "--strict"],
    "types of users' programs (mypy)": ["-m", "mypy", "--strict", "examples", "tests/typing"],
    "types (pyright)": ["-m", "basedpyright"],
    "public names since the last release": ["-m", "scripts.api_diff"],
    "specs since the last release": ["-m", "scripts.spec_diff"],
}


def main() -> int:
    """Run the checks one after the other and return the exit status."""
    began = time.monotonic()
    failed = []
    for name, arguments in CHECKS.items():
        start = time.monotonic()
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"== {name}: {verdict} ({time.monotonic() - start:.1f} s)", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout.rstrip(), f"-- python {' '.join(arguments)}", "", sep="\n", flush=True)
    verdict = f"failed: {', '.join(failed)}" if failed else "all passed"
    print(f"== {len(CHECKS)} checks in {time.monotonic() - began:.1f} s; {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
