"""What `packages` may hold: requirements as pip takes them, each of them checked before anything is started."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeGuard
from urllib.parse import unquote, urlsplit

from packaging.requirements import InvalidRequirement, Requirement

_WAY_OUT = (
    "give requirements such as 'numpy', 'numpy>=2' or 'name @ file:///path/to/name-1.0-py3-none-any.whl'"
)


def check_packages(packages: object) -> tuple[str, ...]:
    """Return requirements in one spelling and one order, each once.

    Raises ValueError for what is no list of requirements: options, paths and control characters among them.
    """
    if not _is_list(packages):
        raise ValueError(f"packages is {packages!r}; give a list, such as ['numpy']")
    return tuple(sorted({_check(text) for text in packages}))


def local_file(requirement: str) -> Path | None:
    """Return the file that a checked requirement is installed from, where it names one of this machine."""
    url = urlsplit(Requirement(requirement).url or "")
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _is_list(packages: object) -> TypeGuard[Iterable[object]]:
    return isinstance(packages, Iterable) and not isinstance(packages, str | bytes)


def _check(text: object) -> str:
    if not isinstance(text, str) or not text.isprintable():
        raise ValueError(f"packages has {text!r}, which is no requirement; {_WAY_OUT}")
    try:
        requirement = str(Requirement(text))
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"packages has {text!r}, which is no requirement ({reason}); {_WAY_OUT}") from None
    file = local_file(requirement)
    if file is not None and not file.is_file():
        raise ValueError(f"packages has {text!r}, and {file} is no file; build a wheel and name that")
    return requirement
