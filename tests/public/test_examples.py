"""Every program in `examples/` runs as a user would run it, and shows what it is there to show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.redis import RedisServer

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
    "agent_tool.py": ["│ 42\n42\n[exit code 0]", "[exit code 2]"],
    "background_server.py": ["Serving HTTP", "<h1>it works</h1>", "its address: 127.0.0.1:"],
    "many_csvs.py": ["1/30", "30/30", "30 different plots"],
    "notebook.py": ["[2] 3.875", "[3] sorted: [1, 1,", "[4] IndexError: list index out of range"],
    "own_image.py": ["hello from my image"],
    "redis_pool.py": ["has a sandbox", "has a sandbox", "exit codes [0, 0]"],
    "snapshot_and_fork.py": ["x = 1; x = 0; \n", "x = 1; x = 1; \n", "x = 1; x = 2; \n"],
    "terminal.py": ["True exit code 3"],
    "test_with_pytest.py": ["2 passed"],
    "tree_up_and_down.py": ["['one.txt', 'three.txt', 'two.txt'] skipped: []", "two\n"],
    "vault.py": ["bindings: ['api']", "found ['0', '0'] times", "another host is answered with 403"],
    "web_endpoint.py": ["{'stdout': '2\\n', 'exit_code': 0}", "'hello\\n'", "'exit_code': 3}"],
}
# `make test` runs the two that README begins with.
QUICK = {"quickstart.py", "quickstart_sync.py"}


def test_every_example_is_tested() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SHOWS)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in SHOWS]
)
def test_example_shows_what_it_is_there_for(name: str, tmp_path: Path, redis_server: RedisServer) -> None:
    pytest_options = [
        "-m",
        "pytest",
        "-p",
        "opensandbox.local.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            *(pytest_options if name.startswith("test_") else []),
            EXAMPLES / name,
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}",
            "PYTHONIOENCODING": "utf-8",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the one that is meant is named, installed or not
            "REDIS_URL": redis_server.url,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    rest = done.stdout
    for text in SHOWS[name]:
        before, found, rest = rest.partition(text)
        assert found, f"{text!r} is missing in {before!r}"
    assert "\x1b" not in done.stdout, "colours are for terminals"
    assert list(tmp_path.iterdir()) == [], "an example leaves nothing behind"
