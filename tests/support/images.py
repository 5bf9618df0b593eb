"""A root directory for sandboxes: a few programs and the libraries that they need, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PROGRAMS = ("sh", "cat", "ls", "id", "touch", "rm", "sleep", "tail")


def make_image(root: Path) -> Path:
    """Make a root without Python, bash or /usr/lib."""
    (root / "usr/bin").mkdir(parents=True)
    (root / "bin").symlink_to("usr/bin")
    (root / "etc").mkdir()
    (root / "etc/motd").write_text("from the image\n")
    for program in PROGRAMS:
        path = shutil.which(program, path="/usr/bin:/bin")
        assert path
        shutil.copy(path, root / "usr/bin" / program)
        for word in subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout.split():
            if word.startswith("/"):
                target = root / word.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(word).resolve(), target)
    (root / "bin/bash").symlink_to("sh")
    return root
