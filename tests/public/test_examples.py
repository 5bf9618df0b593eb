"""Every program in `examples/` runs as a user would run it, and shows what it is there to show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"

# What each program prints, in this order.
SHOWS = {
    "quickstart.py": [
        "Start a server on this machine\n  ✓ listens on http://127.0.0.1:",
        "Create a sandbox\n",
        " is ready  ",
        "│ building core",
        "│ building client",
        "│ building docs",
        "│ Bonjour from outside ✓\n  │ and hello from inside\n",
        "No such file or directory",
        "│ exit code 2\n",
        "✓ it is gone",
    ],
    "quickstart_sync.py": [
        "is ready\n  building core\n  building client\n  building docs\n",
        "Bonjour from outside ✓\nand hello from inside\n",
        "a failing command has an exit code: 7\n",
        "the sandbox is gone\n",
    ],
}


def test_every_example_is_tested() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SHOWS)


@pytest.mark.parametrize("name", SHOWS)
def test_example_shows_what_it_is_there_for(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / name],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}",
            "PYTHONIOENCODING": "utf-8",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    rest = done.stdout
    for text in SHOWS[name]:
        before, found, rest = rest.partition(text)
        assert found, f"{text!r} is missing in {before!r}"
    assert "\x1b" not in done.stdout, "colours are for terminals"
    assert list(tmp_path.iterdir()) == [], "an example leaves nothing behind"
