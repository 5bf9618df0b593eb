"""`opensandbox-code-interpreter`, the published interpreter, in both twins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from opensandbox.local import LocalServer

PROGRAMS = Path(__file__).parent / "programs"


def said_by(programs: Path, environment: dict[str, str], program: str) -> Any:
    done = subprocess.run(
        [programs / "python", "-W", "error", PROGRAMS / program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("program", ["interpret.py", "interpret_sync.py"])
def test_code_keeps_its_state_prints_fails_and_goes(
    programs: Path, environment: dict[str, str], program: str
) -> None:
    assert said_by(programs, environment, program) == {
        "complete": True,
        "result": "42",
        "printed": ["said\n"],
        "heard": ["said\n"],
        "error": "ZeroDivisionError",
        "shell": ["42\n"],
        "listed": True,
        "refused": [404, "CONTEXT_NOT_FOUND"],
    }


def test_programs_like_those_of_its_guide_run(
    programs: Path, environment: dict[str, str], java_server: LocalServer
) -> None:
    there = {"OPEN_SANDBOX_DOMAIN": java_server.domain, "OPEN_SANDBOX_API_KEY": java_server.api_key}
    assert said_by(programs, {**environment, **there}, "guide_sync.py") == {"value": "7"}
    assert said_by(programs, {**environment, **there}, "guide.py") == {
        "version": True,
        "value": "7",
        "names": "['Ann', 'Bob', 'Cid']",
        "kept": "8",
        "heard": ["out 0", "out 1", "out 2", "err bad"],
        "java": ["adding\nboth: 9\n", "9"],
        "javascript": ["said\n", "42"],
        "typescript": ["said\n", "42"],
        "go": [400, True],
        "pip": 0,
    }
