"""The programs of docs/command-line.md run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.local.cli.conftest import PATIENCE, CommandLine, as_program

PAGE = Path(__file__).parents[3] / "docs/command-line.md"
PROGRAMS = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.long
def test_programs_of_the_page_run(command_line: CommandLine, tmp_path: Path) -> None:
    assert len(PROGRAMS) == 2
    folder = as_program(tmp_path)
    environment = {**command_line.environment, "PATH": f"{folder}:{os.environ['PATH']}"}
    printed = [
        subprocess.run(
            ["bash", "-e", "-c", program],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=True,
        ).stdout.splitlines()
        for program in PROGRAMS
    ]
    assert printed[0][:3] == ["a sandbox for one command", "42", "its exit code is 3"]
    assert printed[0][-2] == "kept"
    assert (tmp_path / "note").read_text() == "kept\n"
