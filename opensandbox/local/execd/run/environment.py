"""What processes and paths inherit from the daemon: variables, home directory, working directory, accounts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox.local.argument_limits import oversize
from opensandbox.local.execd.files.regular import read_regular
from opensandbox.local.execd.http.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVS_FILE_VARIABLE = "EXECD_ENVS"
MAX_ENVS_FILE = 8 << 20
TOKEN_VARIABLE = "EXECD_ACCESS_TOKEN"  # noqa: S105 - the name of a variable

_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=
        (?:'([^']*)' | "((?:[^"\\]|\\.)*)" | ([^\n]*?))
        [ \t]*$""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


@dataclass(frozen=True, slots=True)
class Identity:
    """The ids a process takes on; `groups` are its supplementary groups."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PathRules:
    """How a path given by a client is read: `$NAME`, a leading `~`, and what relative paths start from."""

    variables: Mapping[str, str] | None  # None: `$` and `~` are ordinary characters
    home: str
    directory: str

    def resolve(self, path: str) -> str:
        """Return the absolute path. LookupError, naming the variable, when one is not defined."""
        if "\0" in path:
            raise LookupError("the path holds a NUL byte")
        if self.variables is not None:
            path = _REFERENCE.sub(self._value, path)
            if path == "~" or path.startswith("~/"):
                path = self.home + path[1:]
        return os.path.normpath(os.path.join(self.directory, path))

    def _value(self, reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if self.variables is None or name not in self.variables:
            raise LookupError(f"the variable ${name} in the path is not defined in the sandbox")
        return self.variables[name]


class Environment:
    """The variables of the daemon, which every later process starts from."""

    def __init__(self, variables: Mapping[str, str], envs_file: Path, directory: str) -> None:
        self._variables = {key: value for key, value in variables.items() if key != TOKEN_VARIABLE}
        if not self._variables.get(ENVS_FILE_VARIABLE):
            envs_file.touch(mode=0o666)
            self._variables[ENVS_FILE_VARIABLE] = str(envs_file)
        self.directory = directory

    def update(self, variables: Mapping[str, str]) -> None:
        """Add variables that every process started from now on inherits."""
        self._variables.update(variables)

    def for_process(self, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
        """Merge: `overrides` win over the environment file, which wins over the daemon's own variables."""
        merged = {**self._variables, **self._from_file()}
        merged.setdefault("HOME", self.home)
        merged.update(overrides or {})
        return merged

    @property
    def home(self) -> str:
        """The home directory of the daemon's user."""
        return self._variables.get("HOME") or home_of(os.getuid())

    def path_rules(self) -> PathRules:
        """Return the rules for paths of the ordinary routes."""
        return PathRules(self._variables, self.home, self.directory)

    def _from_file(self) -> dict[str, str]:
        text = read_regular(Path(self._variables[ENVS_FILE_VARIABLE]), MAX_ENVS_FILE).decode(
            "utf-8", "replace"
        )
        found = parse_assignments(text) if text else {}
        # One that is too long would keep every program from starting, those that mend the file among them.
        return {name: value for name, value in found.items() if oversize({name: value}) is None}


def parse_assignments(text: str) -> dict[str, str]:
    """Read `NAME=value` lines: bare, in single quotes (literal) or in double quotes (backslash escapes)."""
    found = {}
    for match in _ASSIGNMENT.finditer(text):
        name, literal, quoted, bare = match.groups()
        if literal is not None:
            found[name] = literal
        elif quoted is not None:
            found[name] = _ESCAPE.sub(_unescape, quoted)
        else:
            found[name] = bare
    return {name: value for name, value in found.items() if "\0" not in value}


def _unescape(escape: re.Match[str]) -> str:
    return {"n": "\n", "r": "\r", "t": "\t"}.get(escape[1], escape[1])


def home_of(uid: int) -> str:
    """Return the home directory of an account, `/` when there is none."""
    import pwd

    try:
        return pwd.getpwuid(uid).pw_dir
    except KeyError:
        return "/"


def supplementary_groups(uid: int, gid: int) -> tuple[int, ...]:
    """Return the groups the account of `uid` belongs to; none for an id without account."""
    import pwd

    try:
        return tuple(os.getgrouplist(pwd.getpwuid(uid).pw_name, gid))
    except KeyError:
        return ()


def is_own(uid: int, gid: int) -> bool:
    """Whether this process has these ids. Then nothing is taken on: to set groups needs rights that nobody has in a sandbox."""
    return (uid, gid) == (os.geteuid(), os.getegid())


def command_identity(uid: int | None, gid: int | None) -> Identity | None:
    """Return the ids a command takes on, if any; a `uid` alone takes the groups of its account (400 without one)."""
    if uid is None:
        if gid is not None:
            raise invalid("'gid' needs 'uid' as well")
        return None
    groups: tuple[int, ...] = ()
    if gid is None:
        gid = _group_of(uid)
        groups = supplementary_groups(uid, gid)
    return None if is_own(uid, gid) else Identity(uid, gid, groups)


def _group_of(uid: int) -> int:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        if uid == os.geteuid():
            return os.getegid()
        raise invalid(f"'uid' {uid} has no account in the sandbox: give 'gid' as well") from None
