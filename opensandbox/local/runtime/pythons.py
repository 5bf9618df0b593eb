"""One Python for the programs of a sandbox: `python`, `python3`, `pip` and code are the same, and pip may install.

Which one is asked inside: the first on the PATH of the image, or of the machine. Where there is none it is the server's, in a virtual
environment. A layer of a few files makes it one: names that are missing or lead elsewhere are put right, pip is added where that
Python has none, and the mark by which a distribution refuses pip is left out. The directories that pip writes to belong to the
sandbox there, so that installing, replacing and removing works for ordinary users too. Nothing of it touches image or machine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.specifiers import SpecifierSet

from opensandbox.local.runtime import whiteouts

if TYPE_CHECKING:
    from collections.abc import Sequence

BIN = Path("/usr/local/bin")
"""Where the layer puts programs: before others on the PATH."""

_PATIENCE = 30.0
_PROBE = """
import importlib.util, json, os, platform, shutil, sys, sysconfig

paths = {name: os.path.realpath(path) for name, path in sysconfig.get_paths().items()}
beside = [os.path.join(paths["data"], name) for name in ("etc", "include", "share")]
# With the prefix /usr the distribution's own things are there too, in thousands of directories.
trees = [paths["purelib"], paths["platlib"]] + (beside if paths["data"] != "/usr" else [])
wanted = trees + beside + [paths["scripts"], os.path.join(paths["data"], "share/man/man1")]
found = {place for tree in trees for place, _, _ in os.walk(tree)} | {place for place in wanted if os.path.realpath(place) == place}

def leads_here(name):
    program = shutil.which(name)
    return program is not None and os.path.realpath(program) == os.path.realpath(sys.executable)

def is_pip_of_this(name):
    program = shutil.which(name)
    if program is None:
        return False
    with open(program, "rb") as script:
        start = script.readline().decode(errors="replace")
    words = start[2:].split() if start.startswith("#!") else []
    if len(words) > 1 and os.path.basename(words[0]) == "env":
        return leads_here(words[1])
    return len(words) == 1 and leads_here(words[0])

print(json.dumps({
    "program": sys.executable,
    "version": sys.version,
    "platform": [sysconfig.get_platform(), *platform.libc_ver()],
    "stdlib": paths["stdlib"],
    "packages": paths["purelib"],
    "written": sorted(found),
    "sites": [[place, os.stat(place).st_mtime_ns] for place in sys.path if os.path.isdir(place)],
    "missing": [name for name in ("python", "python3") if not leads_here(name)],
    "missing_pip": [name for name in ("pip", "pip3") if not is_pip_of_this(name)],
    "has_pip": importlib.util.find_spec("pip") is not None,
    "refuses_pip": os.path.exists(os.path.join(paths["stdlib"], "EXTERNALLY-MANAGED")),
}))
"""
_ASK = 'python3 -I -c "$1" 2>/dev/null || exec python -I -c "$1"'
_PIP = "#!{python}\nimport sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n"


@dataclass(frozen=True)
class Python:
    """What the Python of a sandbox says of itself; every path is one inside."""

    program: Path
    version: str
    platform: tuple[str, ...]
    stdlib: Path
    packages: Path
    written: tuple[Path, ...]
    """Directories that pip makes, fills and removes: packages, programs, and what packages bring beside them."""
    sites: tuple[tuple[str, int], ...]
    """Where it looks for packages, and when that was changed last."""
    missing: tuple[str, ...]
    """Names that do not lead to it."""
    missing_pip: tuple[str, ...]
    has_pip: bool
    refuses_pip: bool

    @property
    def number(self) -> str:
        """The version as people write it, such as `3.13.1`."""
        return self.version.split()[0]


def ask(command: Sequence[str], *, inherited: Sequence[int] = ()) -> Python | None:
    """Return the first Python on the PATH inside; None where there is none, or none that works.

    `command` runs what is appended to it inside, and gets the descriptors `inherited`.
    """
    try:
        asked = subprocess.run(
            [*command, "/bin/sh", "-c", _ASK, "sh", _PROBE],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
            pass_fds=inherited,
        )
        return _told(json.loads(asked.stdout))
    except (subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _told(told: dict[str, Any]) -> Python:
    """Read an answer, which is that of a program of the image, whatever it is. Raises ValueError for what would lead elsewhere."""
    return Python(
        program=_path(told["program"]),
        version=str(told["version"]),
        platform=tuple(map(str, told["platform"])),
        stdlib=_path(told["stdlib"]),
        packages=_path(told["packages"]),
        written=tuple(map(_path, told["written"])),
        sites=tuple((str(place), int(changed)) for place, changed in told["sites"]),
        missing=_some_of(("python", "python3"), told["missing"]),
        missing_pip=_some_of(("pip", "pip3"), told["missing_pip"]),
        has_pip=bool(told["has_pip"]),
        refuses_pip=bool(told["refuses_pip"]),
    )


def _path(text: str) -> Path:
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts or not text.isprintable():
        raise ValueError(f"{text!r} is no path that a Python has")
    return path


def _some_of(names: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    if not set(told) <= set(names):
        raise ValueError(f"{told!r} are not among {names!r}")
    return tuple(name for name in names if name in told)


def write_environment(layer: Path, executable: str) -> None:
    """Let the server's Python, at `executable` inside, be the one, with packages of its own in `/usr/local`."""
    place = _inside(layer, BIN)
    place.mkdir(parents=True)
    (place / "python3").symlink_to(executable)
    # What makes a virtual environment: the library is at `home`, packages are here.
    (place.parent / "pyvenv.cfg").write_text(
        f"home = {Path(executable).parent}\ninclude-system-site-packages = false\n"
    )


def write_layer(layer: Path, python: Python, covered: Sequence[str]) -> None:
    """Write what makes all programs one Python. `covered` are the trees that the layer lies over; no more is written."""

    def is_covered(path: Path) -> bool:
        return any(path.is_relative_to(tree) for tree in covered)

    for place in (*filter(is_covered, python.written), BIN):
        _inside(layer, place).mkdir(parents=True, exist_ok=True)
    mark = python.stdlib / "EXTERNALLY-MANAGED"
    if python.refuses_pip and is_covered(mark):
        _inside(layer, mark).parent.mkdir(parents=True, exist_ok=True)
        whiteouts.hide(_inside(layer, mark))
    if python.has_pip or (
        is_covered(python.packages) and _unpack_pip(_inside(layer, python.packages), python)
    ):
        for name in python.missing_pip:
            script = _inside(layer, BIN) / name
            script.write_text(_PIP.format(python=python.program))
            script.chmod(0o755)
    # At the end, so that nothing is written through them.
    for name in python.missing:
        (_inside(layer, BIN) / name).symlink_to(python.program)


def _inside(layer: Path, path: Path) -> Path:
    return layer / path.relative_to("/")


def _unpack_pip(target: Path, python: Python) -> bool:
    """Put pip into a directory: the one of the server's environment, else the one that Python brings along."""
    try:
        distribution = metadata.distribution("pip")
        package = Path(str(distribution.locate_file("pip")))
        fits = SpecifierSet(distribution.metadata["Requires-Python"] or "").contains(
            python.number, prereleases=True
        )
    except metadata.PackageNotFoundError:
        package, fits = Path(), False
    if fits and package.is_dir() and package.name == "pip":
        for part in (package, *package.parent.glob("pip-*.dist-info")):
            shutil.copytree(part, target / part.name, ignore=shutil.ignore_patterns("__pycache__"))
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
