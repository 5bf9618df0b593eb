"""What a change is compared with."""

from __future__ import annotations

import subprocess
from pathlib import Path


def last_release(root: Path) -> str:
    """Return the newest tag `v…`; as long as nothing is released, the last commit."""
    done = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "HEAD"
