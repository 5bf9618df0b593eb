"""One Python for the programs of a sandbox: `python`, `python3`, `pip` and code are the machine's, and pip may install.

A layer of a few files lies over the machine's `/usr`. In it `python` leads to the machine's `python3` where the machine has
none, pip is added where that Python has none, and the mark by which a distribution refuses pip is left out. The directories that
pip writes to belong to the sandbox there, so that installing works for ordinary users too. Nothing of it touches the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import zipfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

LAYER = "usr"
"""The layer's directory in the base; it lies over `/usr`."""

_PLACES = ("usr/local/bin", "usr/bin")
_PROBE = """
import importlib.util, json, sysconfig
print(json.dumps({
    "stdlib": sysconfig.get_path("stdlib"),
    "packages": sysconfig.get_path("purelib"),
    "scripts": sysconfig.get_path("scripts"),
    "has_pip": importlib.util.find_spec("pip") is not None,
}))
"""
_PIP = "#!{python}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"


@dataclass(frozen=True)
class MachinePython:
    """What is known of the machine's Python: where its library is, and where it installs."""

    program: Path
    stdlib: Path
    packages: Path
    scripts: Path
    has_pip: bool


def find_machine_python(host: Path = Path("/")) -> MachinePython | None:
    """Return the Python that sandboxes find on their PATH, or `None` where the machine has none below `/usr`."""
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
            places = {name: Path(found[name]) for name in ("stdlib", "packages", "scripts")}
            return MachinePython(program=Path("/", place, "python3"), has_pip=found["has_pip"], **places)
    return None


def write_layer(base: Path, python: MachinePython | None, *, host: Path = Path("/")) -> None:
    """Write the layer that lies over `/usr`; without a Python of the machine it stays empty."""
    layer = base / LAYER
    layer.mkdir()
    if python is None:
        return
    for place in (python.packages, python.scripts):
        _inside(layer, place).mkdir(parents=True, exist_ok=True)
    scripts = _inside(layer, python.scripts)
    if not any((host / place / "python").exists() for place in _PLACES):
        (scripts / "python").symlink_to(python.program)
    mark = python.stdlib / "EXTERNALLY-MANAGED"
    if (host / mark.relative_to("/")).exists():
        hidden = _inside(layer, mark)
        hidden.parent.mkdir(parents=True, exist_ok=True)
        # A device 0:0 is how an overlay says that a name does not exist; anybody may make one.
        os.mknod(hidden, stat.S_IFCHR, os.makedev(0, 0))
    if not python.has_pip and _unpack_pip(_inside(layer, python.packages)):
        for name in ("pip", "pip3"):
            script = scripts / name
            script.write_text(_PIP.format(python=python.program))
            script.chmod(0o755)


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
