"""Run the tests that meet every dependency, on the oldest versions that pyproject.toml allows.

    python scripts/test_lowest.py [arguments for pytest]

The environment is build/lowest: what the package asks for, itself or by an extra, in its oldest version, what these need in turn
in the newest that fits, and the tools of the tests as developers have them. Decisions need no dependency, so the tests
here are those of sockets, models, stores, terminals and code.

It goes with the oldest Python: newer ones came after some of these versions, which then cannot be installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "lowest"
UV = [sys.executable, "-m", "uv"]
PIN = HOME / "versions.txt"

PYTHON = (3, 11)

EXTRAS = [
    "contract",
    "local",
    "local-code",
    "local-javascript",
    "mcp",
    "otel",
    "pool-redis",
    "progress",
    "pty",
    "socks",
]
"""All but the frameworks of adapters, which bring hundreds of packages; each has an environment of its own in `scripts/matrix`."""

TESTS = [
    "tests/contract/test_every_refusal.py",
    "tests/contract/test_program.py",
    "tests/contract/test_times.py",
    "tests/public/test_config.py",
    "tests/public/test_exceptions.py",
    "tests/public/test_models.py",
    "tests/public/test_unknown_names.py",
    "tests/_async/run/test_code_languages.py",
    "tests/_async/run/test_code_real.py",
    "tests/_async/faults/test_answers.py",
    "tests/_async/pool/test_redis.py",
    "tests/_async/pool/test_stores.py",
    "tests/_async/terminals/test_pty.py",
    "tests/_async/calls/test_telemetry.py",
    "tests/_sync/faults/test_connections.py",
    "tests/_sync/pool/test_redis.py",
    "tests/local/egress/test_proxy.py",
    "tests/local/server/test_lifecycle_hooks.py",
]


def main() -> int:
    """Make the environment and return the status of the tests."""
    if sys.version_info[:2] != PYTHON:
        print(
            "the oldest dependencies are tested with Python {}.{}, and this is {}.{}".format(
                *PYTHON, *sys.version_info
            )
        )
        return 0
    python = HOME / "bin" / "python"
    run([*UV, "venv", "--quiet", "--clear", "--python", sys.executable, HOME])
    extras = [f"--extra={extra}" for extra in EXTRAS]
    pin = ["pip", "compile", "--quiet", "--no-annotate", "--no-header", *extras, "--python", python]
    run([*UV, *pin, "--resolution", "lowest-direct", "--output-file", PIN, "pyproject.toml"])
    install = [*UV, "pip", "install", "--quiet", "--python", python]
    run([*install, "--requirements", PIN, "--group", "test", "--editable", "."])
    print(PIN.read_text(encoding="utf-8"), flush=True)
    return subprocess.run(
        [python, "-m", "pytest", "--numprocesses", "3", "--dist", "loadfile", *(sys.argv[1:] or TESTS)],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
        check=False,
    ).returncode


def run(command: list[str | Path]) -> None:
    """Run a step; one that fails ends the program with its status."""
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
