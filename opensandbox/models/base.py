"""What all public models share: both spellings of a field, names that are checked, and building only when first used."""

from __future__ import annotations

import functools
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from opensandbox._core.names import way_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pydantic.fields import FieldInfo

UNKNOWN_FIELD: Final = "unknown_field"
"""The `type` of the errors about such names."""


class Value(BaseModel):
    """What has fields, set by Python name or by the name on the wire. Names that it does not have are passed over."""

    # Building validators costs more than the class statement; most programs use few of the models.
    model_config = ConfigDict(defer_build=True, populate_by_name=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed. Their values are not checked, their names are."""
        if update:
            _refuse(type(self), update.keys() - type(self).model_fields.keys())
        return super().model_copy(update=update, deep=deep)


class Model(Value):
    """A value that a caller writes.

    Nested models may be given as plain dicts. What does not fit raises `pydantic.ValidationError`, a `ValueError`, and so
    does a name that the model does not have: `unknown field 'cwd'; did you mean 'working_directory'?`
    """

    # `extra="forbid"` would not tell which name was meant. This runs for every model that is built, so it does little.
    @model_validator(mode="before")
    @classmethod
    def _names_exist(cls, data: Any) -> Any:
        return data if type(data) is dict and _known_to(cls)(data) else refuse_unknown(cls, data)


class Answer(Value):
    """A value that a server reported: it does not change, ask again for a newer one. A newer server may report more."""

    model_config = ConfigDict(frozen=True)


@functools.cache
def spellings(kind: type) -> Mapping[str, str]:
    """Return the names under which the fields of a model or dataclass may be set, each with the name of its field."""
    if is_dataclass(kind):
        return {field.name: field.name for field in fields(kind)}
    members: Mapping[str, FieldInfo] = kind.model_fields  # type: ignore[attr-defined]
    aliases = {member.alias: name for name, member in members.items() if member.alias is not None}
    return {name: name for name in members} | aliases


def refuse_unknown(kind: type, data: Any) -> Any:
    """Return `data`; raise `ValidationError` when it is a dict with names that `kind`, a model or dataclass, does not have."""
    if isinstance(data, dict) and not data.keys() <= spellings(kind).keys():
        _refuse(kind, data.keys() - spellings(kind).keys())
    return data


@functools.cache
def _known_to(kind: type[BaseModel]) -> Callable[[Iterable[str]], bool]:
    anything = kind.model_config.get("extra", "forbid") != "forbid"  # a subclass that says so takes any name
    return (lambda _: True) if anything else frozenset(spellings(kind)).issuperset


def _refuse(kind: type, names: Iterable[str]) -> None:
    known = dict.fromkeys(spellings(kind).values())
    unknown = [_unknown_field(name, known) for name in sorted(names, key=str)]
    if unknown:
        raise ValidationError.from_exception_data(kind.__name__, unknown)


def _unknown_field(name: str, known: Iterable[str]) -> InitErrorDetails:
    # The value is left out: a secret under a misspelt name is still a secret.
    return InitErrorDetails(
        type=PydanticCustomError(
            UNKNOWN_FIELD,
            "unknown field {name}; {way_out}",
            {"name": repr(name), "way_out": way_out(str(name), known)},
        ),
        loc=(str(name),),
        input=name,
    )


def explain(exc: ValidationError) -> str:
    """Say what did not fit, without repeating values that may be secret."""
    lines = []
    for error in exc.errors(include_url=False, include_input=False, include_context=False):
        # The message about an unknown field has its name.
        place = error["loc"][:-1] if error["type"] == UNKNOWN_FIELD else error["loc"]
        where = ".".join(str(part) for part in place)
        lines.append(f"{where}: {error['msg']}" if where else error["msg"])
    return "; ".join(lines)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


NonBlank = Annotated[str, AfterValidator(_not_blank)]
