"""Text that is no text: what Python keeps in a string, and no request can carry.

Models write half an emoji, and the system's names may hold bytes that are not UTF-8. Python keeps both as lone surrogates.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ARGUMENTS: Final = {
    "argv": "command",
    "cwd": "working_directory",
    "new": "new_content",
    "old": "old_content",
}
"""What a caller calls a member that has another name on the wire."""


_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")


def encoded(name: str, value: str) -> bytes:
    """Return text as UTF-8; `InvalidArgumentException` for lone surrogates, with the argument and the position."""
    try:
        return value.encode()
    except UnicodeEncodeError as exc:
        raise InvalidArgumentException(no_text(name, value, exc.start), exc) from exc


def checked(name: str, value: str) -> str:
    """Return text that can be sent."""
    if not value.isascii():
        encoded(name, value)
    return value


def unsendable(parts: Mapping[str, Any], cause: Exception) -> InvalidArgumentException:
    """Return the exception for a request that could not be encoded: it names the value that is to blame.

    `parts` is what the request was to be made of, such as `json` and `params`.
    """
    longest, most = "the address", 0
    for name, value in _values("", parts):
        if isinstance(value, str):
            if (position := _first_surrogate(value)) is not None:
                return InvalidArgumentException(no_text(name, value, position), cause)
            if len(value) > most:
                longest, most = name, len(value)
        elif isinstance(value, float) and not math.isfinite(value):
            return InvalidArgumentException(f"{name} must be a finite number, not {value!r}", cause)
        elif not isinstance(value, int | float | None):
            return InvalidArgumentException(
                f"{name} cannot be sent, as it is {value!r}; requests carry text, numbers, lists and dicts",
                cause,
            )
    return InvalidArgumentException(f"{longest}, of {most} characters, cannot be sent: {cause}", cause)


def no_text(name: str, value: str, position: int) -> str:
    """Return the words about a lone surrogate: where it is, what it is, and how it is replaced."""
    character = value[position]
    if "\udc80" <= character <= "\udcff":
        what = f"a byte (0x{ord(character) - 0xDC00:02X}) that is not UTF-8"
    else:
        what = "half of a surrogate pair"
    return (
        f"{name} is no text that can be sent: character {position} of it, {character!r}, is {what}; leave it out, or replace it: "
        "text.encode('utf-16', 'surrogatepass').decode('utf-16', 'replace')"
    )


def _first_surrogate(value: str) -> int | None:
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        return exc.start
    return None


def _member(name: str, key: str) -> str:
    if not key.isidentifier():
        return f"{name}[{key!r}]"
    known = _ARGUMENTS.get(key, key)
    # Members of requests are in camel case; below them may be names of the caller's own.
    return f"{name}.{known}" if name else _CAPITAL.sub(lambda found: "_" + found[0].lower(), known)


def _values(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every value below `value`, and every key, by the name that a caller knows it by."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"the name {key!r}" + (f" in {name}" if name else ""), key
            yield from _values(_member(name, str(key)), item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _values(f"{name}[{index}]", item)
    else:
        yield name, value
