"""What all public models share: both spellings of a field, and building only when first used."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Model(BaseModel):
    """A value with checked fields, set by Python name or by the name it has on the wire.

    Nested models may be given as plain dicts. What does not fit raises `pydantic.ValidationError`,
    a `ValueError`.
    """

    # Building validators costs more than the class statement; most programs use few of the models.
    model_config = ConfigDict(defer_build=True, populate_by_name=True)


class Answer(Model):
    """A value that a server reported: it does not change, ask again for a newer one."""

    model_config = ConfigDict(frozen=True)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


NonBlank = Annotated[str, AfterValidator(_not_blank)]
