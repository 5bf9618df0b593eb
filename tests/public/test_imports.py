"""What importing the package costs and needs, and that every public name is there, for programs and for type checkers."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import opensandbox

ROOT = Path(__file__).parents[2]


def run(program: str) -> str:
    """Run a program in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'generated'}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_by(program: str) -> set[str]:
    """Return the names of all modules that are loaded after the program has run."""
    return set(json.loads(run(f"{program}\nimport json, sys; print(json.dumps(sorted(sys.modules)))")))


def public_modules() -> list[str]:
    """Return every module with public names. The embedded server and the contract are applications: one class is public.

    Adapters need their framework; tests/integrations and `make test-matrix` have those.
    """
    found = [opensandbox.__name__, "opensandbox.local", "opensandbox.integrations.embedded"]
    for module in pkgutil.walk_packages(opensandbox.__path__, "opensandbox."):
        parts = module.name.split(".")[1:]
        if parts[0] not in ("api", "contract", "integrations", "local") and not any(
            part.startswith("_") for part in parts
        ):
            found.append(module.name)
    return sorted(found)


MODULES_WITH_ALL = [name for name in public_modules() if hasattr(importlib.import_module(name), "__all__")]


def test_importing_the_package_loads_no_dependency() -> None:
    loaded = {name.partition(".")[0] for name in loaded_by("import opensandbox")}

    assert "opensandbox" in loaded
    assert not loaded & {
        "annotated_types",
        "asyncio",
        "attrs",
        "httpcore",
        "httpx",
        "opensandbox_api",
        "pydantic",
        "ssl",
    }


@pytest.mark.parametrize("name", ["Sandbox", "SandboxManager", "SandboxManagerSync", "SandboxSync"])
def test_importing_a_class_loads_no_generated_model(name: str) -> None:
    loaded = loaded_by(f"from opensandbox import {name}")

    assert f"opensandbox.{'_sync' if name.endswith('Sync') else '_async'}" in loaded
    assert [
        module for module in loaded if module.startswith("opensandbox_api.") and ".models" in module
    ] == []


def test_blocking_classes_load_no_async_twin() -> None:
    assert "opensandbox._async" not in loaded_by("from opensandbox import SandboxManagerSync, SandboxSync")


def test_version_is_known_without_loading_anything() -> None:
    assert run("import opensandbox; print(opensandbox.__version__)").strip() == opensandbox.__version__


@pytest.mark.parametrize("module", MODULES_WITH_ALL)
def test_all_is_sorted_and_resolves(module: str) -> None:
    loaded = importlib.import_module(module)

    assert loaded.__all__ == sorted(set(loaded.__all__))
    for name in loaded.__all__:
        assert getattr(loaded, name) is getattr(importlib.import_module(module), name)
    assert set(loaded.__all__) <= set(dir(loaded))


@pytest.mark.parametrize("module", ["opensandbox", "opensandbox.models", "opensandbox.sync"])
def test_dir_shows_public_names_only(module: str) -> None:
    package = importlib.import_module(module)
    assert {name for name in dir(package) if not name.startswith("__")} == set(package.__all__) - {
        "__version__"
    }


def test_unknown_name_is_an_attribute_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match=r"opensandbox.*SandboxPoolAsynk"):
        opensandbox.SandboxPoolAsynk  # noqa: B018


@pytest.mark.long
def test_type_checkers_see_every_public_name(tmp_path: Path) -> None:
    program = tmp_path / "uses_everything.py"
    names = [
        (module, name) for module in MODULES_WITH_ALL for name in importlib.import_module(module).__all__
    ]
    program.write_text(
        "".join(
            f"from {module} import {name} as a{number}\nreveal_type(a{number})\n"
            for number, (module, name) in enumerate(names)
        )
    )

    # Errors elsewhere are the business of `make check`.
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(program)],
        cwd=ROOT,
        env={
            "MYPYPATH": f"{ROOT}:{ROOT / 'generated'}",
            "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache" / "public"),
        },
        capture_output=True,
        text=True,
    )
    unseen = [
        line for line in done.stdout.splitlines() if ": error: " in line or line.endswith(' type is "Any"')
    ]

    assert unseen == []
    assert done.stdout.count("Revealed type is") == len(names), done.stdout + done.stderr
