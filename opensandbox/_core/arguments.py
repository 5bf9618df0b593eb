"""Checks of arguments: each error names the argument, the value and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel, ValidationError

from opensandbox._core.convert.values import model_of
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.base import explain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opensandbox.models.sandboxes import SandboxImageSpec

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Spec = TypeVar("Spec", bound="SandboxImageSpec")


LONGEST_ID: Final = 4096
"""Characters of an id: more does not go through every proxy, and no server gives such a one."""


def identifier(name: str, value: object) -> str:
    """Return an id that may become a segment of a path."""
    if not isinstance(value, str):
        raise InvalidArgumentException(f"{name} must be a string, not {type(value).__name__}")
    if not value.strip():
        raise InvalidArgumentException(
            f"{name} must not be blank; pass the id that the server gave, not {value!r}"
        )
    if value in (".", "..") or "\0" in value:
        raise InvalidArgumentException(f"{name} cannot be {value!r}; pass the id that the server gave")
    if len(value) > LONGEST_ID:
        raise InvalidArgumentException(
            f"{name} has {len(value)} characters, and no id has more than {LONGEST_ID}; pass the id that the server gave, not {value!r}"
        )
    return checked(name, value)


def text(name: str, value: object, example: str) -> str:
    """Return text that can be sent."""
    if not isinstance(value, str):
        raise InvalidArgumentException(f"{name} must be a string such as {example!r}, not {value!r}")
    return checked(name, value)


def text_or_none(name: str, value: object, example: str) -> str | None:
    """Return text that can be sent, or `None`."""
    return None if value is None else text(name, value, example)


def whole(name: str, value: object, least: int, example: int) -> int:
    """Return an integer that is not smaller than `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InvalidArgumentException(
            f"{name} must be an integer of {least} or more, such as {example}, not {value!r}"
        )
    return value


def built(kind: type[M], **fields: object) -> M:
    """Return a model that is made of a call's own arguments, which it is then about."""
    try:
        return kind.model_validate(fields)
    except ValidationError as exc:
        raise InvalidArgumentException(explain(exc), exc) from exc


def image(value: object, kind: type[Spec]) -> Spec:
    """Return an image specification, made from its name where only that was given."""
    if isinstance(value, kind | dict):
        return model_of(kind, "image", value)
    if not isinstance(value, str):
        raise InvalidArgumentException(
            f'image must be a name such as "python:3.12", a {kind.__name__} or a dict of its fields, not {type(value).__name__}'
        )
    if not value.strip():
        raise InvalidArgumentException(f'image must not be blank, not {value!r}; for example "python:3.12"')
    return kind(value)


def instance(name: str, value: object, kind: type[T]) -> T:
    """Return an object of a class that has no short form."""
    if isinstance(value, kind):
        return value
    hint = f"; {kind.__name__}(**{name}) makes one" if isinstance(value, dict) else ""
    shown = (
        f"a {type(value).__name__}" if isinstance(value, dict | BaseModel) else repr(value)
    )  # may hold secrets
    raise InvalidArgumentException(f"{name} must be a {kind.__name__}, not {shown}{hint}")


def plain_function(name: str, value: object) -> None:
    """Refuse what cannot be called, or would have to be awaited; `None` is no function, and fine."""
    from inspect import iscoroutinefunction

    if value is not None and (not callable(value) or iscoroutinefunction(value)):
        raise InvalidArgumentException(
            f"{name} must be a plain function, not {value!r}; write it with def, without async"
        )


def port(value: object) -> int:
    """Return a TCP port."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidArgumentException(f"port must be an integer, not {value!r}")
    if not 1 <= value <= 65535:
        raise InvalidArgumentException(f"port must lie between 1 and 65535, not {value}")
    return value


def variables(name: str, values: Mapping[str, str]) -> None:
    """Check the names and values of environment variables."""
    for key, value in values.items():
        if not key or "=" in key or "\0" in key or "\0" in value:
            raise InvalidArgumentException(
                f"{name} has {key!r}, which cannot be a variable: no empty name, no '=' in it, and no NUL anywhere"
            )


def numeric_id(name: str, value: object) -> int:
    """Return a user or group id."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 4294967294:
        raise InvalidArgumentException(f"{name} must be an integer between 0 and 4294967294, not {value!r}")
    return value


def instant(name: str, value: object) -> int:
    """Return a Unix time in whole seconds."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidArgumentException(
            f"{name} must be a Unix time in whole seconds, not {value!r}; for example int(time.time()) + 3600"
        )
    return value


def scope(value: object) -> str:
    """Return the scope of a diagnostics call."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidArgumentException(f'scope must be a word such as "container" or "all", not {value!r}')
    return checked("scope", value)
