"""The two packages under test, in one environment, so that the interpreter and the dependencies are the same for both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"

PUBLISHED_VERSION = "1.1.1"
PUBLISHED_ENVIRONMENT = ROOT / ".venv-published"


@dataclass(frozen=True)
class Subject:
    """A package: programs that run in this environment import it as `opensandbox`."""

    python: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str, **environment: str) -> Any:
        """Run one of `programs/` and return what it prints, which is JSON."""
        done = subprocess.run(
            [self.python, PROGRAMS / f"{program}.py", *arguments],
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    def start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of `programs/`; what it prints and what it complains about can be read."""
        return subprocess.Popen(
            [self.python, PROGRAMS / f"{program}.py", *arguments],
            env=self._environment({}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def processor_seconds(self, code: str) -> float:
        """Return the processor time of a fresh interpreter for this code, from its start to its end."""
        # With -P the current folder, which is this tree, does not stand in for what is installed.
        process = subprocess.Popen([self.python, "-P", "-c", code], env=self._environment({}))
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, process.args)
        return used.ru_utime + used.ru_stime

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        # Bytecode is part of an installation; without it every import would be measured with its compilation.
        kept_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
        inherited = {name: value for name, value in os.environ.items() if name not in kept_out}
        return {**inherited, **self.environment, **more}


def ours(published: Subject | None) -> Subject:
    """Return this tree, in the environment of the published package, or in this one when that is left out."""
    python = Path(sys.executable) if published is None else published.python
    # First on the path: what is installed there under the same name is not seen.
    places = (ROOT, ROOT / "generated")
    return Subject(python, {"PYTHONPATH": os.pathsep.join(map(str, places))})


def published() -> Subject:
    """Return the published package, in an environment that is made when it is not there yet."""
    python = PUBLISHED_ENVIRONMENT / "bin" / "python"
    marker = PUBLISHED_ENVIRONMENT / f"has-{PUBLISHED_VERSION}-pool-redis"
    if not marker.exists():
        print(f"installing opensandbox {PUBLISHED_VERSION} to compare with …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PUBLISHED_ENVIRONMENT], check=True)
        wanted = f"opensandbox[pool-redis]=={PUBLISHED_VERSION}"
        subprocess.run([python, "-m", "pip", "install", "--quiet", wanted], check=True)
        marker.touch()
    return Subject(python)
