"""Names that do not exist: which one was meant, and the words that say so."""

from __future__ import annotations

from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

C = TypeVar("C", bound=type)

# What other packages and earlier habits call these things, without `_` and in lower case, best guess first. Names that merely
# look alike (`metdata`, `readonly`, `timeout`) are found without it.
_ELSEWHERE: Final[Mapping[str, str]] = {
    "content": "data",
    "contents": "data",
    "baseurl": "domain",
    "cwd": "working_directory",
    "dest": "mount_path",
    "destination": "mount_path",
    "dir": "working_directory path",
    "directory": "working_directory path",
    "domain": "target",
    "endpoint": "domain",
    "env": "envs env",
    "environ": "envs env",
    "environment": "envs env",
    "environmentvariables": "envs env",
    "envs": "env",
    "envvars": "envs env",
    "group": "gid",
    "host": "target domain",
    "hostname": "target domain",
    "key": "api_key",
    "labels": "metadata",
    "limit": "page_size",
    "limits": "resource resource_limits",
    "mountpoint": "mount_path",
    "perpage": "page_size",
    "retries": "max_retries retry_policy",
    "rules": "egress",
    "server": "domain",
    "size": "max_idle page_size",
    "ssl": "verify",
    "tags": "metadata",
    "target": "mount_path dest",
    "text": "data",
    "timelimit": "timeout timeout_seconds",
    "token": "api_key",
    "ttl": "timeout idle_timeout",
    "url": "domain",
    "user": "uid username",
    "workdir": "working_directory",
}


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known name that was probably meant.

    The same letters come first (`readOnly` for `read_only`), then what the thing is called elsewhere (`cwd` for
    `working_directory`), then what looks alike (`metdata` for `metadata`), by `likeness` from 0 to 1.
    """
    plain = {_letters(candidate): candidate for candidate in known}
    letters = _letters(name)
    if letters in plain:
        return plain[letters]
    for elsewhere in _ELSEWHERE.get(letters, "").split():
        if _letters(elsewhere) in plain:
            return plain[_letters(elsewhere)]
    from difflib import get_close_matches

    return next((plain[match] for match in get_close_matches(letters, plain, 1, likeness)), None)


def misspelt(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Return the known name that this one only misspells (`memroy`), where others than the known ones may well be meant.

    `likeness` is the share of letters, in order, that both have in common; 1.0 allows for none that differs.
    """
    names = list(known)
    meant = None if name in names else nearest(name, names, likeness)
    return meant if meant is not None and abs(len(meant) - len(name)) <= 1 else None


def way_out(name: str, known: Iterable[str]) -> str:
    """Return what to say behind the complaint about an unknown name: the one that was meant, else all that there are."""
    names = list(known)
    meant = nearest(name, names)
    return f"known are {', '.join(names)}" if meant is None else f"did you mean {meant!r}?"


def check_keywords(function: Callable[..., object], keywords: Mapping[str, object]) -> None:
    """Raise Python's own error for a keyword argument that `function` does not have, and say which was meant.

    Python says it by itself from 3.13 on, for names that look alike.
    """
    parameters = signature(function).parameters
    if any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters.values()):
        return
    for name in keywords:
        if name not in parameters:
            raise TypeError(
                f"{function.__qualname__}() got an unexpected keyword argument {name!r}; {way_out(name, parameters)}"
            )


def tells_keywords(kind: C) -> C:
    """Let the constructor of a class say which keyword was meant where it does not have the one that was given."""
    original = kind.__init__  # type: ignore[misc]
    code = original.__code__
    known = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

    @wraps(original)
    def construct(self: object, *arguments: object, **keywords: object) -> None:
        if not keywords.keys() <= known:
            check_keywords(kind, keywords)
        original(self, *arguments, **keywords)

    kind.__init__ = construct  # type: ignore[misc]
    return kind


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
