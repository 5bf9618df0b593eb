"""The adapters of `opensandbox.integrations`, each in an environment of its own with its framework and the wheel.

Three things are run there, without a deployment, so on the embedded server that the adapter starts: the suite (`suites/`; where the framework
has one for sandboxes, that one too), the program that docs/frameworks.md shows, and calls with a clock, from a program that has just started.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from scripts.matrix.ecosystem.driving import environment
from scripts.matrix.pythons import find_python
from scripts.matrix.table import Row, attempt
from tests.support.installed import BLOCK, ROOT, DoesNotWork, Installed

HERE = Path(__file__).resolve().parent
LIMIT = 900
"""Seconds that a suite may take."""

CALLS = """
import statistics, time
from opensandbox.integrations.lifetimes import KeptSandbox

def call():
    began = time.perf_counter()
    assert kept.sandbox.commands.run("echo here").text == "here"
    return time.perf_counter() - began

began = time.perf_counter()
kept = KeptSandbox()  # it starts the server, and creates the sandbox
call()
first = time.perf_counter() - began
print(f"first call after {first:.2f} s, the next in {statistics.median(call() for _ in range(50)) * 1000:.0f} ms")
kept.end()
"""


@dataclass(frozen=True)
class Adapter:
    """An adapter, its framework's package, and the Python that it is tried with."""

    extra: str
    title: str
    package: str
    python: str = "3.11"

    @property
    def key(self) -> str:
        """The name of its environment."""
        return f"adapter_{self.extra}"

    @property
    def requirements(self) -> Path:
        """The framework and all that it and the suite need, exactly, without this package."""
        return HERE / "requirements" / f"{self.extra}.txt"

    @property
    def suite(self) -> Path:
        """What is run."""
        return HERE / "suites" / f"test_{self.extra}.py"

    @property
    def name(self) -> str:
        """What a table calls it."""
        found = re.search(rf"^{self.package}==(.*)$", self.requirements.read_text("utf-8"), re.MULTILINE)
        assert found is not None, f"{self.requirements} has no {self.package}"
        return f"{self.title} (`{self.package}` {found[1]})"


ADAPTERS = (
    Adapter("adk", "Google ADK", "google-adk"),
    Adapter("deepagents", "LangChain deepagents", "deepagents"),
    Adapter("inspect", "inspect_ai", "inspect-ai"),
    Adapter("jupyter", "Jupyter", "nbconvert"),
    Adapter("openai_agents", "OpenAI Agents SDK", "openai-agents"),
    Adapter("smolagents", "smolagents", "smolagents"),
)


def rows(wheel: Path, only: str = "") -> Iterator[Row]:
    """Try each adapter whose name holds `only`, and yield what came of it."""
    for adapter in ADAPTERS:
        if only in adapter.name:
            yield attempt(adapter.name, partial(use, adapter, wheel))


def use(adapter: Adapter, wheel: Path) -> str:
    """Run what belongs to an adapter, and return the numbers."""
    directory = environment(adapter, find_python(adapter.python), str(wheel))
    with tempfile.TemporaryDirectory(prefix="adapter-") as name:
        installed = Installed(directory, Path(name))
        for number, program in enumerate(programs(adapter)):
            installed.run("python", installed.write(f"program{number}.py", program))
        calls = installed.run("python", installed.write("calls.py", CALLS)).strip()
        return f"{suite(adapter, installed)}; {calls}"


def programs(adapter: Adapter) -> list[str]:
    """Return the programs of the page that use the adapter."""
    page = (ROOT / "docs/frameworks.md").read_text(encoding="utf-8")
    used = re.compile(rf"^from opensandbox\.integrations\.{adapter.extra} import", re.MULTILINE)
    found = [program for program in BLOCK.findall(page) if used.search(program)]
    if not found:
        raise DoesNotWork(f"docs/frameworks.md has no program for {adapter.extra}")
    return found


def suite(adapter: Adapter, installed: Installed) -> str:
    """Run the suite of an adapter and return how many cases passed, and why others cannot."""
    report = installed.home / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", HERE / "suites", f"--junitxml={report}"]
    done = subprocess.run(
        installed.command("python", "-P", "-m", "pytest", *options, adapter.suite),
        cwd=installed.home,
        env=installed.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
    )
    if done.returncode:
        raise DoesNotWork(f"the suite ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return summary(ElementTree.parse(report))  # noqa: S314 - pytest wrote it


def summary(report: ElementTree.ElementTree) -> str:
    """Return the numbers of a report of pytest in JUnit's form."""
    cases = report.findall(".//testcase")
    reasons = Counter(skipped.get("message") for skipped in report.findall(".//testcase/skipped"))
    why = "".join(f"; {count}: {reason}" for reason, count in sorted(reasons.items(), key=str))
    return f"{len(cases) - reasons.total()} of {len(cases)} cases{why}"
