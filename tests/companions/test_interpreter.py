"""`opensandbox-code-interpreter`, the published interpreter, in both twins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"


@pytest.mark.parametrize("program", ["interpret.py", "interpret_sync.py"])
def test_code_keeps_its_state_prints_fails_and_goes(
    programs: Path, environment: dict[str, str], program: str
) -> None:
    done = subprocess.run(
        [programs / "python", "-W", "error", PROGRAMS / program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "complete": True,
        "result": "42",
        "printed": ["said\n"],
        "heard": ["said\n"],
        "error": "ZeroDivisionError",
        "shell": ["42\n"],
        "listed": True,
        "refused": [404, "CONTEXT_NOT_FOUND"],
    }
