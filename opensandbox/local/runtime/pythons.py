"""One Python for the programs of a sandbox: `python`, `python3`, `pip` and code are the machine's, and pip may install.

A layer of a few files lies over the machine's `/usr`. In it `python` leads to the machine's `python3` where the machine has
none, pip is added where that Python has none, and the mark by which a distribution refuses pip is left out. The directories that
pip writes to belong to the sandbox there, so that installing, replacing and removing works for ordinary users too. Nothing of it touches the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.runtime import whiteouts

if TYPE_CHECKING:
    from collections.abc import Iterator

LAYER = "usr"
"""The layer's directory in the base; it lies over `/usr`."""

_VISIBLE = ("/usr/", "/opt/")
_PLACES = ("usr/local/bin", "usr/bin")
_PROBE = """
import importlib.util, json, os, platform, sys, sysconfig
paths = {name: os.path.realpath(path) for name, path in sysconfig.get_paths().items()}
print(json.dumps({
    "version": sys.version,
    "platform": [sysconfig.get_platform(), *platform.libc_ver()],
    "stdlib": paths["stdlib"],
    "packages": paths["purelib"],
    "compiled": paths["platlib"],
    "scripts": paths["scripts"],
    "data": paths["data"],
    "sites": sys.path[1:],
    "has_pip": importlib.util.find_spec("pip") is not None,
}))
"""
_PIP = "#!{python}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"


@dataclass(frozen=True)
class MachinePython:
    """What is known of the machine's Python: where its library is, where it installs, and where it looks for packages."""

    program: Path
    version: str
    platform: tuple[str, ...]
    stdlib: Path
    packages: Path
    compiled: Path
    scripts: Path
    data: Path
    sites: tuple[Path, ...]
    has_pip: bool

    @property
    def number(self) -> str:
        """The version as people write it, such as `3.13.1`."""
        return self.version.split()[0]

    @property
    def is_covered(self) -> bool:
        """Whether the layer lies over it."""
        return all(place.is_relative_to("/usr") for place in (self.stdlib, self.packages, self.scripts))


def find_machine_python(host: Path = Path("/")) -> MachinePython | None:
    """Return the Python that sandboxes find on their PATH, or `None` where the machine has none that they can see."""
    for place in _PLACES:
        program = host / place / "python3"
        if not program.exists():
            continue
        asked = subprocess.run(
            [program, "-c", _PROBE],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin"},
        )
        if asked.returncode == 0:
            found = json.loads(asked.stdout)
            if not found["stdlib"].startswith(_VISIBLE):
                continue  # a link to where sandboxes cannot look; they find the next one
            places = {
                name: Path(found[name]) for name in ("stdlib", "packages", "compiled", "scripts", "data")
            }
            return MachinePython(
                program=Path("/", place, "python3"),
                version=found["version"],
                platform=tuple(found["platform"]),
                sites=tuple(map(Path, found["sites"])),
                has_pip=found["has_pip"],
                **places,
            )
    return None


def write_layer(base: Path, python: MachinePython | None, *, host: Path = Path("/")) -> None:
    """Write the layer that lies over `/usr`; without a Python of the machine it stays empty."""
    layer = base / LAYER
    layer.mkdir()
    if python is None or not python.is_covered:
        return
    for place in _written_by_pip(python, host):
        # A directory in the layer would hide a link of the machine's.
        if place.is_relative_to("/usr") and not _is_behind_link(host, place):
            _inside(layer, place).mkdir(parents=True, exist_ok=True)
    scripts = _inside(layer, python.scripts)
    if not any((host / place / "python").exists() for place in _PLACES):
        (scripts / "python").symlink_to(python.program)
    mark = python.stdlib / "EXTERNALLY-MANAGED"
    if (host / mark.relative_to("/")).exists():
        hidden = _inside(layer, mark)
        hidden.parent.mkdir(parents=True, exist_ok=True)
        whiteouts.hide(hidden)
    if not python.has_pip and _unpack_pip(_inside(layer, python.packages)):
        for name in ("pip", "pip3"):
            script = scripts / name
            script.write_text(_PIP.format(python=python.program))
            script.chmod(0o755)


def _written_by_pip(python: MachinePython, host: Path) -> Iterator[Path]:
    """Directories that pip makes, fills and removes: packages, programs, and what packages bring beside them."""
    yield from (python.packages, python.compiled, python.scripts)
    beside = ["etc", "include", "share"]
    yield from (python.data / name for name in (*beside, "share/man/man1"))
    trees = [python.packages, python.compiled]
    if python.data != Path(
        "/usr"
    ):  # else the distribution's own things are there, in thousands of directories
        trees += [python.data / name for name in beside]
    for tree in trees:
        for parent, _, _ in os.walk(host / tree.relative_to("/")):
            yield Path("/", Path(parent).relative_to(host))


def _is_behind_link(host: Path, place: Path) -> bool:
    steps = [place, *place.parents]
    return any((host / step.relative_to("/")).is_symlink() for step in steps)


def _inside(layer: Path, path: Path) -> Path:
    return layer / path.relative_to("/usr")


def _unpack_pip(target: Path) -> bool:
    """Put pip into a directory: the one of the server's environment, else the one that Python brings along."""
    try:
        package = Path(str(metadata.distribution("pip").locate_file("pip")))
    except metadata.PackageNotFoundError:
        package = Path()
    if package.is_dir() and package.name == "pip":
        shutil.copytree(package, target / "pip", ignore=shutil.ignore_patterns("__pycache__"))
        return True
    try:
        bundled = resources.files("ensurepip") / "_bundled"
        wheels = [file for file in bundled.iterdir() if file.name.startswith("pip-")]
    except (ImportError, OSError):
        return False
    for wheel in wheels:
        with resources.as_file(wheel) as path, zipfile.ZipFile(path) as archive:
            archive.extractall(target)
    return bool(wheels)
