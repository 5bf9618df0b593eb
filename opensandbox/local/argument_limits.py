"""What the kernel takes when a program is started: an environment above it starts nothing, so it is refused before."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_ARGUMENT = (128 << 10) - 1
"""The longest argument or `NAME=value`, in bytes: MAX_ARG_STRLEN, but for the NUL at its end."""
_POINTER = 8
_RESERVED = 16 << 10  # the program's name, the loader's own, what the daemon adds


def oversize(variables: Mapping[str, str], argv: Iterable[str] = ()) -> str | None:
    """Say which variable or argument is too long for a program, or that all are together; None when they fit."""
    total = 0
    for name, value in variables.items():
        size = _size(name) + 1 + _size(value)
        if size > MAX_ARGUMENT:
            return (
                f"the variable {name!r} has {size:,} bytes, and the kernel gives a program at most {MAX_ARGUMENT:,} "
                "in one; pass it in a file"
            )
        total += size + 1 + _POINTER
    for number, argument in enumerate(argv):
        size = _size(argument)
        if size > MAX_ARGUMENT:
            return (
                f"the argument {number} has {size:,} bytes, and the kernel gives a program at most {MAX_ARGUMENT:,} in "
                "one; pass it in a file"
            )
        total += size + 1 + _POINTER
    limit = os.sysconf("SC_ARG_MAX") - _RESERVED
    if total > limit:
        return (
            f"variables and arguments have {total:,} bytes together, and the kernel gives a program at most {limit:,}; "
            "pass them in files"
        )
    return None


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
