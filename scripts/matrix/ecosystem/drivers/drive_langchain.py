"""LangChain's back end for deep agents: the suite that its makers give to every back end, and what that leaves out."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_opensandbox import OpenSandboxBackend
from recording import Json, Record

from opensandbox import SandboxSync

record = Record("langchain-sandbox-opensandbox")
case = record.case

SUITE = """
import pytest
from langchain_opensandbox import OpenSandboxBackend
from langchain_tests.integration_tests import SandboxIntegrationTests
from opensandbox import SandboxSync


class TestOpenSandbox(SandboxIntegrationTests):
    @pytest.fixture(scope="class")
    def sandbox(self):
        with SandboxSync.create("python:3.12") as sandbox:
            yield OpenSandboxBackend(sandbox=sandbox)
            sandbox.kill()
"""
"""What the documentation of the suite asks for: a class with a fixture."""


class Outcomes:
    """A plugin of pytest that records how each test ended."""

    def __init__(self) -> None:
        self.ended: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome of a test, or of what stopped it from running."""
        name = report.nodeid.rpartition("::")[2]
        if report.when == "call" or report.outcome != "passed":
            self.ended[name] = "xfailed" if hasattr(report, "wasxfail") else report.outcome


def suite() -> None:
    """Run the suite; every test is a case that is wanted to pass."""
    place = Path.cwd() / "test_suite.py"
    place.write_text(SUITE)
    outcomes = Outcomes()
    pytest.main(["-q", "-p", "no:cacheprovider", "--asyncio-mode=auto", str(place)], plugins=[outcomes])
    for name, outcome in outcomes.ended.items():
        record.add(f"suite: {name}", outcome, "passed")


async def own(box: OpenSandboxBackend) -> None:
    """Run cases that the suite leaves out."""

    def runs(command: str, **options: Any) -> Any:
        async def action() -> Json:
            result = box.execute(command, **options)
            return [result.exit_code, result.output]

        return action

    async def moved() -> Json:
        content = bytes(range(256)) * 4000
        sent = box.upload_files(
            [("/data/deep/er/a.bin", content), ("relative", b""), ("/data/with blank é", b"b")]
        )
        got = box.download_files(
            ["/data/deep/er/a.bin", "/data/with blank é", "/data/gone", "/data", "relative"]
        )
        return [[answer.error for answer in sent], [[a.error, len(a.content or b"")] for a in got]]

    async def again() -> Json:
        return [answer.error for answer in box.upload_files([("/data/deep/er/a.bin", b"")])]

    await case("a line", runs("echo hello"), [0, "hello"])
    await case("lines", runs("printf 'a\\nb\\n'"), [0, "a\nb"])
    await case("blank lines", runs("printf 'a\\n\\nb'"), [0, "a\n\nb"])
    await case("both streams", runs("echo out; echo err >&2"), [0, "out\n<stderr>err</stderr>"])
    await case("a command that fails", runs("printf before; exit 7"), [7, "before"])
    await case("a time limit", runs("printf before; sleep 60", timeout=1), [-1, "before"])
    await case("no time limit", runs("printf done", timeout=0), [0, "done"])
    await case("a long line", runs("head -c 300000 /dev/zero | tr '\\0' x"), [0, "x" * 300000])
    await case("much output", runs("seq 20000"), [0, "\n".join(map(str, range(1, 20001)))])
    await case("beyond ASCII", runs("printf 'grüße 你好 🎈'"), [0, "grüße 你好 🎈"])
    await case("a shell that is killed", runs("kill -9 $$"), [-1, ""])
    sizes = [[None, 1024000], [None, 1], ["file_not_found", 0], ["is_directory", 0], ["invalid_path", 0]]
    await case("files both ways", moved, [[None, "invalid_path", None], sizes])
    await case("a file that is there", again, ["File already exists: /data/deep/er/a.bin"])


async def at_once(box: OpenSandboxBackend) -> Json:
    """Run commands from several threads."""
    results = await asyncio.gather(*(box.aexecute(f"printf {number}") for number in range(16)))
    return [result.output for result in results]


async def main() -> None:
    """Run all cases."""
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("LANGSMITH_TRACING", "false")
    with SandboxSync.create("python:3.12", env={"COLOUR": "blue"}) as sandbox:
        box = OpenSandboxBackend(sandbox=sandbox, timeout=60)
        await own(box)
        await case("commands from threads", lambda: at_once(box), [str(number) for number in range(16)])
        sandbox.kill()


suite()
asyncio.run(main())
record.write(sys.argv[1])
