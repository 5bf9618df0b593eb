"""Pythons that this machine has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scripts.matrix.table import Skipped


def find_python(wanted: str) -> str:
    """Return a program for a version; `Skipped` where there is none."""
    if wanted.startswith("/"):
        if not Path(wanted).exists():
            raise Skipped(f"no {wanted} here")
        return wanted
    found = subprocess.run(
        [sys.executable, "-m", "uv", "python", "find", "--no-project", "--system", wanted],
        capture_output=True,
        text=True,
    )
    if found.returncode == 0:
        return found.stdout.strip()
    # Version managers keep them beside the one that runs this.
    for program in sorted(Path(sys.base_prefix).resolve().parent.glob(f"{wanted}*/bin/python3")):
        return str(program)
    raise Skipped(f"no Python {wanted} here")
