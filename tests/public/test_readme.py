"""What the README and the docs show is true: programs run as they stand, fragments fit the types, links lead somewhere.

A Python block that makes its own sandbox or event loop (or is a test) is a program. Every other block is a fragment about a `sandbox` that is
there; those of one document follow each other.
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

import httpx
import pytest

from opensandbox import Sandbox
from opensandbox.local import LocalServer
from tests.support.redis import RedisServer
from tests.support.shared_packages import shared_packages

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md")})
# The frameworks of adapters are not here: `scripts/matrix/adapters` runs their programs, each in an environment with its framework.
ELSEWHERE = re.compile(r"^from opensandbox\.integrations\.(?!mcp\b|jupyter\b)", re.MULTILINE)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What is in the sandbox before the fragments of a document run.
PREPARED = {
    "/workspace/project/main.py": "print('hello')\n",
    "/workspace/big.log": "INFO\nERROR\n",
    "/workspace/model.bin": "weights",
}
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def blocks(document: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each Python block that runs in this environment."""
    text = document.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        if ELSEWHERE.search(found[1]):
            continue
        yield text.count("\n", 0, found.start()) + 1, found[1]


def is_program(block: str) -> bool:
    starts = r"Sandbox(Sync)?\.create\(|LocalServer\(\)|InteractiveShell|asyncio\.run\(|^(async )?def test_"
    return re.search(starts, block, re.MULTILINE) is not None


PROGRAMS = [
    pytest.param(block, id=f"{document.relative_to(ROOT)}:{line}")
    for document in DOCUMENTS
    for line, block in blocks(document)
    if is_program(block)
]
FRAGMENTS = {
    document: fragments
    for document in DOCUMENTS
    if (fragments := [(line, block) for line, block in blocks(document) if not is_program(block)])
}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


def test_readme_has_programs_for_both_twins() -> None:
    readme = "\n".join(BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")))

    assert "await Sandbox.create(" in readme
    assert "SandboxSync.create(" in readme


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_in_the_docs_runs(
    program: str, server: LocalServer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path / "test_program.py"
    path.write_text(program, encoding="utf-8")
    plugin = ["-p", "opensandbox.local.pytest_plugin", "-p", "anyio.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-W", "error", *(["-m", "pytest", *plugin] if "def test_" in program else []), path],
        cwd=tmp_path,
        env={
            **shared_packages(tmp_path_factory),
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}",
            # What the programs leave out is in the environment, as it would be with a deployment.
            "OPEN_SANDBOX_DOMAIN": server.domain,
            "OPEN_SANDBOX_API_KEY": server.api_key,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # the one that is meant is named, installed or not
        },
        capture_output=True,
        text=True,
        timeout=240,  # one installs matplotlib
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout != "", "a program in the docs shows what it did"


def test_fragments_in_the_docs_fit_the_types(tmp_path: Path) -> None:
    for document, fragments in FRAGMENTS.items():
        assert all("sandbox" in block for _, block in fragments), "a fragment is about `sandbox`"
        lines = ["from opensandbox import Sandbox", "async def document(sandbox: Sandbox) -> None:"]
        for line, block in fragments:
            # The same line numbers as in the document, for the report.
            lines += [""] * (line - len(lines)) + [
                f"    {text}" if text else "" for text in block.splitlines()
            ]
        name = re.sub(r"\W", "_", str(document.relative_to(ROOT).with_suffix("")))
        (tmp_path / f"{name}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", tmp_path],
        cwd=ROOT,
        env={
            **os.environ,
            "MYPYPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}",
            "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache" / "public"),
        },
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


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
    unanswered: list[str] = []

    send = httpx.AsyncClient.send

    async def noted(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        response = await send(client, request, **options)
        if response.status_code >= 500:
            unanswered.append(f"{response.status_code} {request.method} {request.url.path}")
        return response

    monkeypatch.setattr(httpx.AsyncClient, "send", noted)

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
    # A gateway says so where nobody listens, in words that a careless fragment takes for an answer.
    assert unanswered == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_block_is_hidden_from_these_tests(document: Path) -> None:
    languages = set(re.findall(r"^\s*(?:```|~~~)(\S+)", document.read_text(encoding="utf-8"), re.MULTILINE))
    assert languages <= {"console", "python", "sh", "text"}


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
