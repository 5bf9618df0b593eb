"""The checks at the door: each names the argument, the value and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from opensandbox._core.convert.values import model_of
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from opensandbox.models.sandboxes import SandboxImageSpec

Spec = TypeVar("Spec", bound="SandboxImageSpec")


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
    return checked(name, value)


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


def no_dict(name: str, value: object, kind: type) -> None:
    """Refuse a dict where an object is needed."""
    if isinstance(value, dict):
        raise InvalidArgumentException(
            f"{name} must be a {kind.__name__}, not a dict; {kind.__name__}(**{name}) makes one"
        )


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
    return value
