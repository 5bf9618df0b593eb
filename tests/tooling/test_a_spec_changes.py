"""A spec changes: `make gen` writes the clients, and the check that has to notice what is left to do does, and says where.

Each in a copy of the tree. CONTRIBUTING's chapter about newer servers is written from these.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TREES = (
    "generated",
    "openapi",
    "opensandbox",
    "scripts",
    "tests/contract",
    "tests/support",
    "tests/_async",
    "tests/_sync",
)
FILES = ("pyproject.toml", "tests/conftest.py")

pytestmark = pytest.mark.long


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what a spec, its clients and their checks are made of."""
    for name in TREES:
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "matrix", "bench")
        )
    for name in FILES:
        shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def run(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        # The copy's lines are not the package's: a process that measures coverage would add them.
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def regenerate(tree: Path) -> None:
    """Do what `make gen` does."""
    for command in (["scripts/generate.py"], ["-m", "scripts.dicts"], ["scripts/unasync.py"]):
        done = run(tree, *command)
        assert done.returncode == 0, done.stdout


def contract_tests(name: str) -> list[str]:
    return ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/contract/{name}.py"]


def add_a_member(spec: Any) -> None:
    spec["components"]["schemas"]["Sandbox"]["properties"]["region"] = {
        "type": "string",
        "description": "Where it runs.",
    }


def add_an_operation(spec: Any) -> None:
    kept = spec["paths"]["/sandboxes/{sandboxId}"]
    spec["paths"]["/sandboxes/{sandboxId}/owner"] = {
        "parameters": kept.get("parameters", []),
        "get": {**kept["get"], "operationId": "getSandboxOwner", "summary": "Tell the owner"},
    }


def add_a_word(spec: Any) -> None:
    spec["components"]["schemas"]["FsbTemplateStatus"]["properties"]["phase"]["enum"].append("Cancelled")


def rename_a_member(spec: Any) -> None:
    schema = spec["components"]["schemas"]["Sandbox"]
    schema["properties"]["creationTime"] = schema["properties"].pop("createdAt")
    schema["required"] = ["creationTime" if name == "createdAt" else name for name in schema["required"]]


class Change(NamedTuple):
    edit: Callable[[Any], None]
    check: list[str]
    """The check that has to notice."""
    says: tuple[str, ...]
    """What it has to say."""


CHANGES = {
    "a member is added": Change(
        add_a_member,
        contract_tests("test_the_seam"),
        ("Sandbox.region", "not read by", "_core.convert.sandboxes.info"),
    ),
    "an operation is added": Change(
        add_an_operation, contract_tests("test_the_seam"), ("lifecycle.api.sandboxes.get_sandbox_owner",)
    ),
    "a word is added": Change(
        add_a_word,
        contract_tests("test_words_are_decided"),
        ("Cancelled", "_core/control/states.py decides by lifecycle.FsbTemplateStatus.phase"),
    ),
    "a member is renamed": Change(
        rename_a_member,
        ["-m", "mypy", "--strict"],
        ("opensandbox/_core/convert/sandboxes.py", '"Sandbox" has no attribute "created_at"'),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_left_to_do_is_noticed(tree: Path, name: str) -> None:
    change = CHANGES[name]
    path = tree / "openapi/lifecycle.yaml"
    spec = yaml.safe_load(path.read_text())
    change.edit(spec)
    path.write_text(yaml.safe_dump(spec, sort_keys=False))

    regenerate(tree)
    checked = run(tree, *change.check)

    assert checked.returncode != 0
    for text in change.says:
        assert text in checked.stdout


def test_there_is_nothing_to_notice_where_nothing_has_changed(tree: Path) -> None:
    for check in {tuple(change.check) for change in CHANGES.values()}:
        checked = run(tree, *check)
        assert checked.returncode == 0, checked.stdout
