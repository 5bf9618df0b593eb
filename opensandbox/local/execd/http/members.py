"""The members of a JSON body, each read as one type: a wrong one is a 400 that names it, an absent or null one is None."""

from __future__ import annotations

from typing import Any

from opensandbox.local.execd.http.errors import invalid

MAX_INT32 = (1 << 31) - 1
MAX_INT64 = (1 << 63) - 1


def text(body: dict[str, Any], name: str) -> str | None:
    """Read a text; an empty one counts as absent."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(f"'{name}' is {value!r}, it has to be a text")
    return value or None


def flag(body: dict[str, Any], name: str) -> bool:
    """Read a truth value; False when there is none."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise invalid(f"'{name}' is {value!r}, it has to be true or false")
    return bool(value)


def integer(body: dict[str, Any], name: str, *, least: int, most: int = MAX_INT64) -> int | None:
    """Read a whole number; JSON makes no difference between 1 and 1.0."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise invalid(f"'{name}' is {body[name]!r}, it has to be an integer from {least} to {most}")
    return value


def members(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Read an object."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise invalid(f"'{name}' is {value!r}, it has to be an object")
    return value


def items(body: dict[str, Any], name: str, kind: type[str] | type[dict[str, Any]]) -> list[Any]:
    """Read a list of texts or of objects; empty when there is none."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise invalid(f"'{name}' has to be a list of {'texts' if kind is str else 'objects'}")
    return value
