"""The environment that the published companions live in: their exact versions, and this package in place of the SDK."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PLACE = ROOT / "build/companions"


def companions() -> Path:
    """Return the directory of the environment's programs; it is made on first use, and again when something changed."""
    PLACE.parent.mkdir(exist_ok=True)
    # Two test runs may want it at once.
    with PLACE.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = PLACE / "made-for"
        wanted = _fingerprint()
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(PLACE, ignore_errors=True)
            _run(sys.executable, "-m", "venv", "--without-pip", PLACE)
            _pip("--requirement", REQUIREMENTS)
            _pip("--editable", ROOT)
            stamp.write_text(wanted)
    return PLACE / "bin"


def _fingerprint() -> str:
    # The package itself is found where it lies, so its changes need no new environment.
    parts = [REQUIREMENTS.read_bytes(), sys.version.encode(), bytes(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _pip(*what: str | Path) -> None:
    # Without dependencies: the list is complete, and theirs would bring the published SDK.
    _run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        PLACE / "bin/python",
        "install",
        "--quiet",
        "--no-deps",
        *what,
    )


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
