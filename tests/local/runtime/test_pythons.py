"""The layer that makes the programs of a sandbox one Python."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from opensandbox.local.runtime.bubblewrap import find_bubblewrap, installer_options, view_options
from opensandbox.local.runtime.pythons import Python, ask, write_environment, write_layer
from opensandbox.local.runtime.syscall_filter import opened_filters

PACKAGES = Path("/usr/local/lib/python3.9/site-packages")
PYTHON = Python(
    program=Path("/usr/bin/python3"),
    version="3.9.2 (main)",
    platform=("linux-x86_64",),
    stdlib=Path("/usr/lib/python3.9"),
    packages=PACKAGES,
    written=(PACKAGES, PACKAGES / "numpy/core", Path("/usr/local/share/man/man1")),
    sites=(),
    missing=(),
    missing_pip=(),
    has_pip=True,
    refuses_pip=False,
)


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    return tmp_path / "layer"


def test_names_lead_to_it_that_did_not(layer: Path) -> None:
    write_layer(layer, replace(PYTHON, missing=("python",)), ["/usr"])
    assert (layer / "usr/local/bin/python").readlink() == Path("/usr/bin/python3")
    assert not (layer / "usr/local/bin/python3").is_symlink()


def test_the_mark_that_refuses_pip_is_hidden(layer: Path) -> None:
    write_layer(layer, replace(PYTHON, refuses_pip=True), ["/usr"])
    hidden = layer / "usr/lib/python3.9/EXTERNALLY-MANAGED"
    assert stat.S_ISCHR(hidden.stat().st_mode)
    assert hidden.stat().st_rdev == 0


def test_directories_that_pip_writes_to_are_in_the_layer_and_nothing_else(layer: Path) -> None:
    write_layer(layer, PYTHON, ["/usr"])
    assert {path for path in layer.rglob("*") if not any(path.iterdir())} == {
        layer / "usr/local/bin",
        layer / "usr/local/lib/python3.9/site-packages/numpy/core",
        layer / "usr/local/share/man/man1",
    }


def test_pip_is_added_where_there_is_none(layer: Path) -> None:
    write_layer(layer, replace(PYTHON, has_pip=False, missing_pip=("pip", "pip3")), ["/usr"])
    assert (layer / "usr/local/lib/python3.9/site-packages/pip/__init__.py").is_file()
    script = layer / "usr/local/bin/pip"
    assert script.read_text().startswith("#!/usr/bin/python3\n")
    assert script.stat().st_mode & 0o111


def test_a_pip_without_its_program_gets_one(layer: Path) -> None:
    write_layer(layer, replace(PYTHON, missing_pip=("pip",)), ["/usr"])
    assert (layer / "usr/local/bin/pip").is_file()
    assert not (layer / "usr/local/bin/pip3").exists()
    assert not (layer / "usr/local/lib/python3.9/site-packages/pip").exists()


def test_nothing_is_written_where_the_layer_does_not_lie(layer: Path) -> None:
    elsewhere = Path("/opt/python/lib/python3.9")
    python = replace(
        PYTHON, stdlib=elsewhere, packages=elsewhere, written=(elsewhere,), has_pip=False, refuses_pip=True
    )
    write_layer(layer, python, ["/usr"])
    assert not (layer / "opt").exists()


def test_the_machines_python_tells_about_itself() -> None:
    python = ask([])
    assert python is not None
    assert python.stdlib.is_dir()
    assert python.packages in python.written


@pytest.mark.skipif(os.geteuid() != 0, reason="the kernel lets only the host's root write its settings")
@pytest.mark.parametrize("kind", ["view", "installer"])
def test_what_looks_at_an_image_cannot_change_the_kernel(kind: str) -> None:
    trees = [(place, [Path(place)]) for place in ("/usr", "/lib", "/lib64", "/bin") if Path(place).exists()]
    with opened_filters() as filters:
        if kind == "view":
            options = view_options(trees, [], filters)
        else:
            options = installer_options([], [("--ro-bind", place, place) for place, _ in trees], {}, filters)
        opened = subprocess.run(
            [find_bubblewrap(), *options, "--", "/bin/sh", "-c", ": >> /proc/sys/kernel/core_pattern"],
            capture_output=True,
            text=True,
            check=False,
            pass_fds=filters,
        )
    assert opened.returncode != 0
    assert "core_pattern" in opened.stderr


ANSWER: dict[str, object] = {
    "program": "/usr/bin/python3", "version": "3.9.2", "platform": ["linux"], "stdlib": "/usr/lib/python3.9", "packages": "/usr/lib/packages",
    "written": ["/usr/lib/packages"], "sites": [["/usr/lib/packages", 1]], "missing": ["python"], "missing_pip": ["pip"], "has_pip": True,
    "refuses_pip": False,
}  # fmt: skip


@pytest.mark.parametrize(
    "told",
    [
        {"missing_pip": ["../../../../left"]},
        {"missing": ["../../../../left"]},
        {"missing": "python"},
        {"written": ["/usr/../../../left"]},
        {"written": ["left"]},
        {"packages": "/usr/../../../left"},
        {"stdlib": "/../left"},
        {"program": "/usr/bin/python3\nimport left"},
        {"sites": [1]},
        {"platform": None},
    ],
)
def test_an_image_that_answers_otherwise_has_no_python(told: dict[str, object]) -> None:
    def answering(answer: dict[str, object]) -> list[str]:
        return ["/bin/sh", "-c", f"echo {shlex.quote(json.dumps(answer))}"]

    assert ask(answering(ANSWER)) is not None
    assert ask(answering(ANSWER | told)) is None


def test_nothing_is_written_through_what_stands_for_python(layer: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    odd = replace(PYTHON, program=outside, missing=("python",), has_pip=False, written=())
    with contextlib.suppress(OSError):
        write_layer(layer, replace(odd, packages=Path("/usr/local/bin/python/x")), ["/"])
    assert list(outside.iterdir()) == []


def test_there_may_be_none(tmp_path: Path) -> None:
    assert ask(["env", "-i", f"PATH={tmp_path}"]) is None


def test_the_servers_python_gets_packages_of_its_own(layer: Path) -> None:
    write_environment(layer, "/opt/python/bin/python3.9")
    assert (layer / "usr/local/bin/python3").readlink() == Path("/opt/python/bin/python3.9")
    settings = (layer / "usr/local/pyvenv.cfg").read_text().splitlines()
    assert settings == ["home = /opt/python/bin", "include-system-site-packages = false"]
