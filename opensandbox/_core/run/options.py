"""How a command is run, from a call's own arguments: what they say beside `opts`, who a user is, where input waits."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opensandbox._core import arguments
from opensandbox._core.convert.values import model_of, strings
from opensandbox._core.deadlines import seconds
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.execd import RunCommandOpts

if TYPE_CHECKING:
    from datetime import timedelta

_ID: Final = re.compile(r"[0-9]{1,10}")
_FIELDS: Final = {"cwd": "working_directory", "env": "envs", "timeout": "timeout", "user": "uid"}
"""What a field of `opts` is called as an argument of its own."""


class User(NamedTuple):
    """Whose rights a command gets: ids, or names that only the sandbox knows."""

    uid: int | str | None = None
    gid: int | str | None = None

    @property
    def script(self) -> str | None:
        """The shell text that prints the ids of the names, one a line; `None` when there is no name."""
        steps = []
        if isinstance(self.uid, str):
            steps.append(f"id -u {shlex.quote(self.uid)} || exit 1")
        if isinstance(self.gid, str):
            steps.append(_GROUP.format(name=shlex.quote(self.gid)))
        return "\n".join(steps) or None

    def found(self, printed: str) -> User:
        """Return the ids, given what the script printed."""
        numbers = iter(printed.split())
        return User(
            int(next(numbers)) if isinstance(self.uid, str) else self.uid,
            int(next(numbers)) if isinstance(self.gid, str) else self.gid,
        )


_GROUP: Final = """\
found=$( (getent group {name} || cat /etc/group) 2>/dev/null | while IFS=: read -r name _ number _; do
  if [ "$name" = {name} ]; then echo "$number"; break; fi
done)
[ -n "$found" ] || {{ echo "no group of this name" >&2; exit 1; }}
echo "$found\""""


def options_of(
    opts: object,
    *,
    cwd: object = None,
    env: object = None,
    timeout: timedelta | float | None = None,
    user: object = None,
) -> tuple[RunCommandOpts, User]:
    """Return how a command is run, and as whom. What is given both ways is refused, even when it is the same."""
    options = RunCommandOpts() if opts is None else model_of(RunCommandOpts, "opts", opts)
    given: dict[str, Any] = {"cwd": cwd, "env": env, "timeout": timeout, "user": user}
    for name, value in given.items():
        if value is not None and getattr(options, _FIELDS[name]) is not None:
            raise InvalidArgumentException(
                f"{name}={value!r} and opts.{_FIELDS[name]} say the same thing in two ways; leave one of them out"
            )
    more: dict[str, Any] = {}
    if cwd is not None:
        more["working_directory"] = _directory(cwd)
    if env is not None:
        more["envs"] = strings("env", dict(env) if isinstance(env, Mapping) else env)  # type: ignore[arg-type]
    if timeout is not None:
        from datetime import timedelta

        more["timeout"] = timedelta(seconds=seconds("timeout", timeout))
    variables = more.get("envs", options.envs)
    if variables is not None:
        arguments.variables("env" if env is not None else "opts.envs", variables)
    identity = User(options.uid, options.gid) if user is None else user_of(user)
    return options.model_copy(update=more) if more else options, identity


def user_of(value: object) -> User:
    """Return who is meant by an id, a name, or `"name:group"`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return User(arguments.numeric_id("user", value))
    if (
        not isinstance(value, str)
        or not value.strip()
        or value.startswith("-")
        or re.search(r"[\s\0]", value)
    ):
        raise InvalidArgumentException(
            f'user must be a name, an id or "name:group", such as "root", 1000 or "app:staff", not {value!r}'
        )
    name, colon, group = checked("user", value).partition(":")
    if not name or (colon and (not group or ":" in group)):
        raise InvalidArgumentException(
            f'user must name a user, and a group only behind one: "name:group", not {value!r}'
        )
    return User(_id(name), _id(group) if colon else None)


def input_of(value: object) -> Any:
    """Return what a command is to read, as bytes or as a file opened in binary mode; `None` for nothing."""
    if value is None or value in ("", b""):
        return None
    if isinstance(value, str):
        return checked("input", value).encode()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if hasattr(value, "read"):
        return value
    raise InvalidArgumentException(
        f"input must be text, bytes or a file opened in binary mode, not {type(value).__name__}"
    )


def input_path(token: str) -> str:
    """Return where the input of a command waits for it; `token` is what nobody guesses."""
    return f"/tmp/.opensandbox-input-{token}"  # noqa: S108


def reading(command: object, path: str) -> object:
    """Return a command that reads a file, which is removed once it is open."""
    start = f"exec <{path} && rm -f {path} 2>/dev/null"
    if isinstance(command, list | tuple):
        return ["/bin/sh", "-c", f'{start}\nexec "$@"', "sh", *command]
    return f"{start}\n{command}" if isinstance(command, str) else command


_READING: Final = re.compile(r"exec <(/tmp/\.opensandbox-input-\w+) && rm -f \1 2>/dev/null\n")


def without_reading(command: object) -> tuple[object, str | None]:
    """Return the command that `reading` was given, and the file; `None` for a command that reads none."""
    text = command[2] if isinstance(command, list) and len(command) > 4 else command
    found = _READING.match(text) if isinstance(text, str) else None
    if found is None:
        return command, None
    return (command[4:] if isinstance(command, list) else str(command)[found.end() :]), found[1]


def _id(text: str) -> int | str:
    return arguments.numeric_id("user", int(text)) if _ID.fullmatch(text) else text


def _directory(value: object) -> str:
    if isinstance(value, PurePath):
        value = value.as_posix()
    elif isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str) or not value:
        raise InvalidArgumentException(f"cwd must be a directory such as '/workspace', not {value!r}")
    return checked("cwd", value)
