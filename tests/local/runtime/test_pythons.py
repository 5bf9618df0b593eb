"""The layer that makes the programs of a sandbox one Python."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from opensandbox.local.runtime.pythons import LAYER, MachinePython, find_machine_python, write_layer

STDLIB, PACKAGES, SCRIPTS, DATA = (
    Path("/usr/lib/python3.9"),
    Path("/usr/local/lib/python3.9/site-packages"),
    Path("/usr/local/bin"),
    Path("/usr/local"),
)


def python(*, has_pip: bool = True) -> MachinePython:
    return MachinePython(
        program=Path("/usr/bin/python3"),
        version="3.9.2 (main)",
        platform=("linux-x86_64",),
        stdlib=STDLIB,
        packages=PACKAGES,
        compiled=PACKAGES,
        scripts=SCRIPTS,
        data=DATA,
        sites=(STDLIB, PACKAGES),
        has_pip=has_pip,
    )


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "host/usr/bin").mkdir(parents=True)
    (tmp_path / "host/usr/lib/python3.9").mkdir(parents=True)
    (tmp_path / "base").mkdir()
    return tmp_path / "host"


def layer(host: Path, found: MachinePython | None) -> Path:
    write_layer(host.parent / "base", found, host=host)
    return host.parent / "base" / LAYER


def test_python_leads_to_python3_where_the_machine_has_no_such_name(host: Path) -> None:
    assert (layer(host, python()) / "local/bin/python").readlink() == Path("/usr/bin/python3")


def test_the_machines_own_python_stays(host: Path) -> None:
    (host / "usr/bin/python").touch()
    assert not (layer(host, python()) / "local/bin/python").is_symlink()


def test_the_mark_that_refuses_pip_is_hidden(host: Path) -> None:
    (host / "usr/lib/python3.9/EXTERNALLY-MANAGED").touch()
    hidden = layer(host, python()) / "lib/python3.9/EXTERNALLY-MANAGED"
    assert stat.S_ISCHR(hidden.stat().st_mode)
    assert hidden.stat().st_rdev == 0


def test_nothing_is_hidden_that_is_not_there(host: Path) -> None:
    assert not (layer(host, python()) / "lib").exists()


def test_directories_that_pip_writes_to_are_in_the_layer_where_no_link_leads_to_them(host: Path) -> None:
    for place in ("share/jupyter/kernels", "games", "lib/python3.9/site-packages/numpy/core"):
        (host / "usr/local" / place).mkdir(parents=True)
    (host / "usr/local/share/man").symlink_to("../man")
    written = layer(host, python()) / "local"
    assert (written / "share/jupyter/kernels").is_dir()
    assert (written / "lib/python3.9/site-packages/numpy/core").is_dir()
    assert not (written / "share/man").exists()
    assert not (written / "games").exists()


def test_a_python_elsewhere_is_left_as_it_is(host: Path) -> None:
    elsewhere = replace(python(), packages=Path("/opt/python/lib/python3.9/site-packages"))
    assert list(layer(host, elsewhere).iterdir()) == []


def test_pip_is_added_where_there_is_none(host: Path) -> None:
    written = layer(host, python(has_pip=False))
    assert (written / "local/lib/python3.9/site-packages/pip/__init__.py").is_file()
    script = written / "local/bin/pip"
    assert script.read_text().startswith("#!/usr/bin/python3\n")
    assert script.stat().st_mode & 0o111


def test_a_machine_without_python_gets_an_empty_layer(host: Path) -> None:
    assert list(layer(host, None).iterdir()) == []
    assert find_machine_python(host) is None


def test_the_machines_python_is_found() -> None:
    found = find_machine_python()
    assert found is not None
    assert found.stdlib.is_dir()
    assert found.packages.is_relative_to("/usr")
