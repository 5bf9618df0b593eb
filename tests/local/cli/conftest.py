"""One server, and the command line that finds it by itself."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync

PATIENCE = 120.0


class CommandLine:
    """`opensandbox-local` as a user of its own has it: with a state directory, and without settings in the environment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = ConnectionConfigSync()
        """How programs reach the server."""
        strange = ("OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN")
        self.environment = {name: value for name, value in os.environ.items() if name not in strange}
        self.environment |= {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "XDG_STATE_HOME": str(home),
            "COLUMNS": "100",
        }

    @contextlib.contextmanager
    def start(self, *words: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
        """Start it for a block, by default with pipes and nothing to read; what does not end by itself is killed."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(
            [sys.executable, "-m", "opensandbox.local", *words],
            **{"env": self.environment, **pipes, **options},
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, *words: str, typed: bytes | None = None) -> tuple[int, str, str]:
        """Run it to its end: the exit status, and both outputs."""
        with self.start(*words, stdin=subprocess.DEVNULL if typed is None else subprocess.PIPE) as process:
            out, err = process.communicate(typed, PATIENCE)
        return process.returncode, out.decode(), err.decode()

    def json(self, *words: str) -> Any:
        """Run it with `--json`, which succeeds, and return what it printed."""
        status, out, err = self.run(words[0], "--json", *words[1:])
        assert (status, err) == (0, "")
        return json.loads(out)


def as_program(place: Path) -> Path:
    """Write `opensandbox-local` into a folder for PATH, as an installation does, and return the folder."""
    folder = place / "bin"
    folder.mkdir()
    program = folder / "opensandbox-local"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m opensandbox.local "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def command_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """The command line of a user whose server runs."""
    line = CommandLine(tmp_path_factory.mktemp("user"))
    with line.start("serve", "--port", "0", "--spares", "1", "--json") as server:
        assert server.stdout is not None
        facts = json.loads(server.stdout.readline())
        assert set(facts) == {"address", "api_key", "pid", "state_dir"}
        assert facts["pid"] == server.pid
        line.config = ConnectionConfigSync(domain=facts["address"], api_key=facts["api_key"], trust_env=False)
        try:
            yield line
        finally:
            server.terminate()
            assert server.wait(PATIENCE) == 0


@pytest.fixture
def box(command_line: CommandLine) -> Iterator[str]:
    """A sandbox of that server for one test."""
    with SandboxSync.create("ubuntu", connection_config=command_line.config) as sandbox:
        yield sandbox.id
        sandbox.kill()
