"""What the companions are run with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.companions.environment import ROOT


def test_they_accept_this_package_as_their_sdk(programs: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--python", programs / "python"]
    check = subprocess.run([*pip, "check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout


def test_they_import_this_package(programs: Path, environment: dict[str, str]) -> None:
    ask = [programs / "python", "-c", "import opensandbox; print(opensandbox.__file__)"]
    found = subprocess.run(ask, env=environment, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()) == ROOT / "opensandbox/__init__.py"
