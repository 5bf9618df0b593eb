"""scripts/generate.py notices every way in which the generated tree can differ from its sources, and changes nothing then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from scripts import generate

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = generate.ROOT
TREE = ROOT / generate.PACKAGE
MODULE = "execd/api/command/run_command.py"


def snapshot(tree: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(tree)): p.read_bytes()
        for p in tree.rglob("*")
        if p.is_file() and p.suffix != ".pyc"
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the sources and the generated tree to tamper with."""
    shutil.copytree(ROOT / "openapi", tmp_path / "openapi")
    shutil.copytree(TREE, tmp_path / generate.PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.mark.long
def test_a_second_run_writes_the_same_bytes_as_the_tree(tmp_path: Path) -> None:
    fresh = tmp_path / "opensandbox_api"
    generate.render(ROOT, fresh)

    assert snapshot(fresh) == snapshot(TREE)


@pytest.mark.long
def test_check_accepts_the_tree() -> None:
    run = subprocess.run(
        [sys.executable, "scripts/generate.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def edit_the_middle(tree: Path) -> None:
    path = tree / MODULE
    path.write_text(path.read_text().replace('"/command"', '"/commands"', 1))


def edit_the_last_line(tree: Path) -> None:
    with (tree / MODULE).open("a") as file:
        file.write("# by hand\n")


def drop_the_last_newline(tree: Path) -> None:
    path = tree / MODULE
    path.write_text(path.read_text().removesuffix("\n"))


@pytest.mark.parametrize(
    ("tamper", "report"),
    [
        pytest.param(edit_the_middle, '-        "url": "/commands"', id="hand edit"),
        pytest.param(edit_the_last_line, "-# by hand", id="hand edit in the last line"),
        pytest.param(drop_the_last_newline, f"{MODULE} (in the tree)", id="missing end of line"),
        pytest.param(lambda tree: (tree / MODULE).unlink(), f"missing: {MODULE}", id="missing file"),
        pytest.param(lambda tree: (tree / "py.typed").unlink(), "missing: py.typed", id="missing marker"),
        pytest.param(
            lambda tree: (tree / "execd/api/extra.py").write_text(""),
            "no source writes it: execd/api/extra.py",
            id="orphan",
        ),
        pytest.param(lambda tree: shutil.rmtree(tree), "missing: __init__.py", id="no tree at all"),
    ],
)
def test_check_reports_drift_and_repairs_nothing(
    tamper: Callable[[Path], object],
    report: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # The sources are untouched here, so they generate the repository's own tree, as the test above and `make check` hold.
    monkeypatch.setattr(generate, "render", lambda _root, target: shutil.copytree(TREE, target))
    tree = root / generate.PACKAGE
    tamper(tree)
    tampered = snapshot(tree)
    assert generate.main(["--check", "--root", str(root)]) == 1
    assert report in capsys.readouterr().out
    assert snapshot(tree) == tampered


def add_an_unknown_option(root: Path) -> None:
    with (root / "openapi/config/execd.yaml").open("a") as file:
        file.write("post_hook: []\n")


def add_an_unknown_override(root: Path) -> None:
    with (root / "openapi/config/egress.yaml").open("a") as file:
        file.write("class_overrides: {NetworkRule: {clas_name: Rule}}\n")


def add_a_patch_for_nothing(root: Path) -> None:
    path = root / "openapi/patches.yaml"
    patches = yaml.safe_load(path.read_text())
    patches["specs"].append(
        {"apis": ["egress"], "at": ["paths", "/gone"], "remove": True, "reason": "Stale."}
    )
    path.write_text(yaml.safe_dump(patches))


def add_a_template_patch_for_nothing(root: Path) -> None:
    path = root / "openapi/patches.yaml"
    patches = yaml.safe_load(path.read_text())
    patches["templates"].append(
        {"file": "client.py.jinja", "replace": "not there", "with": "", "reason": "Stale."}
    )
    path.write_text(yaml.safe_dump(patches))


def add_a_body_the_generator_warns_about(root: Path) -> None:
    path = root / "openapi/diagnostics.yaml"
    spec = yaml.safe_load(path.read_text())
    (operation, *_) = (item["get"] for item in spec["paths"].values())
    operation["requestBody"] = {"content": {"application/x-unknown": {"schema": {"type": "string"}}}}
    path.write_text(yaml.safe_dump(spec))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(add_an_unknown_option, "no option post_hook;", id="unknown option"),
        pytest.param(
            add_an_unknown_override,
            "class_overrides.NetworkRule.clas_name",
            id="unknown option inside another",
        ),
        pytest.param(add_a_patch_for_nothing, "drop the patch", id="stale patch"),
        pytest.param(add_a_template_patch_for_nothing, "client.py.jinja", id="stale template patch"),
        pytest.param(
            add_a_body_the_generator_warns_about,
            "application/x-unknown",
            id="generator warning",
            marks=pytest.mark.long,
        ),
    ],
)
def test_sources_that_cannot_be_generated_fail_and_leave_the_tree_alone(
    spoil: Callable[[Path], object], message: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(root)
    before = snapshot(root / generate.PACKAGE)
    assert generate.main(["--root", str(root)]) == 1
    assert message in capsys.readouterr().err
    assert snapshot(root / generate.PACKAGE) == before


def modules_loaded_by(statement: str) -> set[str]:
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=TREE.parent,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_importing_one_api_loads_no_other_and_no_models() -> None:
    loaded = modules_loaded_by("import opensandbox_api.execd")
    assert {name for name in loaded if name.startswith("opensandbox_api")} == {
        "opensandbox_api",
        "opensandbox_api.execd",
    }
    assert not loaded & {"httpx", "attrs", "pydantic"}


def test_importing_an_operation_loads_only_the_models_it_uses() -> None:
    loaded = modules_loaded_by("from opensandbox_api.execd.api.command import run_command")
    assert {name for name in loaded if ".models." in name} == {
        "opensandbox_api.execd.models.run_command_request"
    }
    assert not any(name.startswith("opensandbox_api.lifecycle") for name in loaded)


def test_the_names_of_a_package_are_all_there() -> None:
    modules_loaded_by(
        "from opensandbox_api.lifecycle.models import *; from opensandbox_api.lifecycle import *; Client, Sandbox"
    )
    with pytest.raises(subprocess.CalledProcessError):
        modules_loaded_by("from opensandbox_api.lifecycle.models import NotThere")


def test_every_generated_module_names_its_source() -> None:
    modules = list(TREE.rglob("*.py"))
    assert len(modules) > 200
    for path in modules:
        name = path.relative_to(TREE)
        source = generate.SHARED / name if len(name.parts) == 1 else f"openapi/{name.parts[0]}.yaml"
        assert path.read_text().startswith(generate.HEADER.format(source=source)), path
