"""What the README and the docs show is true: programs run as they stand, fragments run one after the other, links lead somewhere.

`scripts/docs.py` says which is which, and checks their types (`make check`).
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox.local import LocalServer
from scripts.docs import BLOCK, DOCUMENTS, ROOT, fragments, programs
from tests.support.redis import RedisServer

# What is in the sandbox before the fragments of a document run.
PREPARED = {
    "/workspace/project/main.py": "print('hello')\n",
    "/workspace/big.log": "INFO\nERROR\n",
    "/workspace/model.bin": "weights",
}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


PROGRAMS = [
    pytest.param(block, id=f"{document.relative_to(ROOT)}:{line}")
    for document in DOCUMENTS
    for line, block in programs(document)
]
FRAGMENTS = {document: found for document in DOCUMENTS if (found := fragments(document))}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


def test_readme_has_programs_for_both_twins() -> None:
    readme = "\n".join(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")))

    assert "await Sandbox.create(" in readme
    assert "SandboxSync.create(" in readme


@pytest.mark.parametrize("program", PROGRAMS)
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


@pytest.mark.parametrize("document", FRAGMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_fragments_are_about_the_sandbox_that_they_get(document: Path) -> None:
    assert [line for line, block in FRAGMENTS[document] if "sandbox" not in block] == []


@pytest.mark.parametrize("document", FRAGMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_fragments_in_the_docs_run(
    document: Path,
    server: LocalServer,
    redis_server: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPEN_SANDBOX_DOMAIN", server.domain)
    monkeypatch.setenv("OPEN_SANDBOX_API_KEY", server.api_key)
    # What the fragments speak of is there: a local project, a model, a few programs, a Redis.
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.py").write_text("print('hello')\n")
    names: dict[str, Any] = {}

    async def run() -> None:
        config = server.connection_config()
        async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
            for path, content in PREPARED.items():
                await sandbox.files.write_file(path, content)
            for line, block in FRAGMENTS[document]:
                text = block.replace("redis://redis.example.com:6379/0", redis_server.url)
                # Later fragments use the names of earlier ones, and the sandbox that all are about.
                keep = "globals().update({**locals(), 'sandbox': None})"
                source = (
                    "\n" * (line - 1)
                    + f"async def fragment(sandbox):\n{textwrap.indent(text + keep, '    ')}"
                )
                exec(compile(source, str(document), "exec"), names)
                await asyncio.wait_for(names["fragment"](sandbox), 60)

    asyncio.run(run())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_block_is_hidden_from_these_tests(document: Path) -> None:
    languages = set(re.findall(r"^\s*(?:```|~~~)(\S+)", document.read_text(encoding="utf-8"), re.MULTILINE))
    assert languages <= {"console", "python", "sh"}


def test_the_readme_links_to_the_project_from_anywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    own = re.compile(re.escape(project["urls"]["Repository"]) + r"/(?:blob|tree)/main/(.+)")

    assert links
    assert [link for link in links if not link.startswith("https://")] == []
    places = [found[1] for link in [*links, *project["urls"].values()] if (found := own.fullmatch(link))]
    assert len(places) >= len(links)
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_readme_lists_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(table) == sorted(project["optional-dependencies"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document: Path) -> None:
    broken = [
        link
        for link in LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]

    assert broken == []
