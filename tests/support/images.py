"""A root directory for sandboxes: a few programs and the libraries that they need, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

PROGRAMS = ("sh", "cat", "ls", "id", "touch", "rm", "sleep", "tail")
_LEFT_OUT = ("__pycache__", "dist-packages", "site-packages", "test", "idlelib", "lib2to3", "config-*")


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
        _add_libraries(root, [path])
    (root / "bin/bash").symlink_to("sh")
    return root


def make_python_image(root: Path) -> Path:
    """Make a root with the machine's Python, as a distribution might have it that does not want pip; `python` and `pip` are others."""
    make_image(root)
    path = shutil.which("python3", path="/usr/local/bin:/usr/bin")
    assert path, "the machine has a Python of its own"
    ask = "import os, sys, sysconfig; print(os.path.realpath(sys.executable), sysconfig.get_path('stdlib'))"
    program, stdlib = subprocess.run(
        [path, "-I", "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()
    copy = root / program.lstrip("/")
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(program, copy)
    (copy.parent / "python3").symlink_to(copy.name)
    library = root / stdlib.lstrip("/")
    shutil.copytree(stdlib, library, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    (library / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=not with pip\n")
    _add_libraries(root, [program, *map(str, Path(stdlib).glob("lib-dynload/*.so"))])
    for name in ("python", "pip"):
        script = root / "usr/bin" / name
        script.write_text("#!/bin/sh\necho another\n")
        script.chmod(0o755)
    return root


def _add_libraries(root: Path, programs: Iterable[str]) -> None:
    shown = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=True).stdout
    for word in set(shown.split()):
        if word.startswith("/") and not word.endswith(":"):
            target = root / word.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(word).resolve(), target)
