"""Directory trees to be copied, and what matters of a copy."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def make_tree(root: Path) -> Path:
    """Make a directory with everything that a copy has to keep."""
    (root / "sub" / "deeper").mkdir(parents=True)
    (root / "empty").mkdir(mode=0o700)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o750)
    (root / "writable by all").write_text("x")
    (root / "writable by all").chmod(0o666)
    (root / "sub" / "block").write_bytes(bytes(512))
    (root / "sub" / "nothing").touch()
    (root / "sub" / "deeper" / "ü'\"\n#%").write_bytes(os.urandom(70_000))
    (root / "sub" / "read-only").write_text("r")
    (root / "sub" / "read-only").chmod(0o400)
    (root / "link").symlink_to("sub/block")
    (root / "sub" / "up").symlink_to("../empty")
    (root / "absolute").symlink_to("/usr/bin/env")
    (root / "dangling").symlink_to("nowhere")
    os.utime(root / "run.sh", (1_700_000_000, 1_700_000_000))
    return root


def make_large_tree(root: Path, files: int) -> Path:
    """Make such a directory with many files in it, of different sizes and modes, in nested directories."""
    make_tree(root)
    for number in range(files):
        path = root / f"level {number % 7}" / f"größe {number % 11}" / f"file {number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([number % 256]) * (number % 3000))
        path.chmod((0o600, 0o644, 0o755, 0o440)[number % 4])
        if number % 50 == 0:
            path.with_name(f"link to {number}").symlink_to(path.name)
            path.with_name(f"empty {number}").mkdir()
    return root


def describe(root: Path) -> dict[str, tuple[object, ...]]:
    """Return type, mode, time and content of everything below a directory, by relative name."""
    found: dict[str, tuple[object, ...]] = {}
    for path in root.rglob("*"):
        status = path.lstat()
        kind = stat.S_IFMT(status.st_mode)
        content: object = None
        if path.is_symlink():
            found[str(path.relative_to(root))] = (kind, os.readlink(path))
            continue
        if path.is_file():
            content = path.read_bytes()
        time = int(status.st_mtime) if path.is_file() else None
        found[str(path.relative_to(root))] = (kind, stat.S_IMODE(status.st_mode), time, content)
    return found
