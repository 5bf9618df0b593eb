"""Patterns for names of files, as daemons in use read them: those of doublestar, for a name without slashes."""

from __future__ import annotations

import re
from typing import NoReturn

from opensandbox.local.execd.http.errors import runtime_error

_ANYWHERE = "**/"
_CLASS = re.compile(r"\[(?P<no>[!^]?)(?P<members>(?:\\.|[^\\\]])+)\]", re.DOTALL)
_MEMBER = re.compile(r"\\?(.)(?:-\\?(.))?", re.DOTALL)


def compiled(pattern: str) -> re.Pattern[str]:
    """Return an expression that fits the whole name where the pattern does.

    `*` and `**` stand for any letters and `?` for one, `[a-c]` for one of these and `[^a]` or `[!a]` for any other, `{a,b}` for either
    text, `\\` takes the next letter as it is. `**/` in front changes nothing, as a name is looked for at any depth. A malformed
    pattern is an `ExecdError`.
    """
    rest = pattern
    while rest.startswith(_ANYWHERE):
        rest = rest.removeprefix(_ANYWHERE)
    try:
        return re.compile("".join(_pieces(rest)), re.DOTALL)
    except (ValueError, re.error):
        raise runtime_error(f"syntax error in pattern: {pattern}") from None


def _pieces(pattern: str) -> list[str]:
    pieces: list[str] = []
    at = depth = 0
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        if letter == "*":
            pieces.append("[^/]*")
        elif letter == "?":
            pieces.append("[^/]")
        elif letter == "\\":
            pieces.append(re.escape(pattern[at : at + 1] or _malformed()))
            at += 1
        elif letter == "[":
            found = _CLASS.match(pattern, at - 1) or _malformed()
            pieces.append(_class(found))
            at = found.end()
        elif letter == "{":
            depth += 1
            pieces.append("(?:")
        elif letter == "}" and depth:
            depth -= 1
            pieces.append(")")
        elif letter == "," and depth:
            pieces.append("|")
        else:
            pieces.append(re.escape(letter))
    if depth:
        _malformed()
    return pieces


def _class(found: re.Match[str]) -> str:
    members = ""
    for first, last in _MEMBER.findall(found["members"]):
        members += re.escape(first) + (f"-{re.escape(last)}" if last else "")
    return f"[{'^/' if found['no'] else ''}{members}]"


def _malformed() -> NoReturn:
    raise ValueError
