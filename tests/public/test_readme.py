"""Every Python block in the README and the docs runs, as it stands, against the embedded server; every link leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from opensandbox.local import LocalServer

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")})
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def blocks() -> Iterator[object]:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield pytest.param(found[1], id=f"{document.relative_to(ROOT)}:{line}")


BLOCKS = list(blocks())


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


def test_readme_has_programs_for_both_twins() -> None:
    readme = "\n".join(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")))

    assert "await Sandbox.create(" in readme
    assert "SandboxSync.create(" in readme


@pytest.mark.parametrize("program", BLOCKS)
def test_program_in_the_docs_runs(program: str, server: LocalServer, tmp_path: Path) -> None:
    path = tmp_path / "test_program.py"
    path.write_text(program, encoding="utf-8")
    plugin = ["-p", "opensandbox.local.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-W", "error", *(["-m", "pytest", *plugin] if "def test_" in program else []), path],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}",
            # What the programs leave out is in the environment, as it would be with a deployment.
            "OPEN_SANDBOX_DOMAIN": server.domain,
            "OPEN_SANDBOX_API_KEY": server.api_key,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the one that is meant is named, installed or not
        },
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout != "", "a program in the docs shows what it did"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    broken = [
        link
        for link in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]

    assert broken == []
