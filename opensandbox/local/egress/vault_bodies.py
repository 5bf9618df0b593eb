"""The request bodies of the vault, checked on arrival. No message ever repeats a value: it may be a secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Callable

Body = TypeVar("Body", bound=BaseModel)


class _Closed(BaseModel):
    model_config = ConfigDict(
        strict=True, frozen=True, alias_generator=to_camel, extra="forbid", defer_build=True
    )


class InlineSource(_Closed):
    """A secret given directly; without a type it is this one."""

    type: Literal["inline", ""] = "inline"
    value: Annotated[str, Field(min_length=1, repr=False)]


class CredentialBody(_Closed):
    """One secret."""

    name: str
    source: InlineSource


class MatchBody(_Closed):
    """Which requests a binding is for; what is absent or empty gets its default later."""

    schemes: list[Literal["https", "http"]] | None = None
    ports: list[int] | None = None
    hosts: list[str]
    methods: list[str] | None = None
    paths: list[str] | None = None


class SubstitutionBody(_Closed):
    """A placeholder that is replaced by a secret."""

    credential: str
    placeholder: str
    places: Annotated[list[str], Field(alias="in", min_length=1)]


class HeaderBody(_Closed):
    """One header of a rule that inserts several."""

    name: str
    credential: str


class AuthBody(_Closed):
    """What to insert. Which members belong to which type is checked where it is turned into a rule."""

    type: Literal["bearer", "basic", "apiKey", "customHeaders", "passthrough"]
    name: str | None = None
    credential: str | None = None
    headers: list[HeaderBody] | None = None
    substitutions: list[SubstitutionBody] | None = None


class BindingBody(_Closed):
    """Where a secret is used."""

    name: str
    match: MatchBody
    auth: AuthBody


class CreateVault(_Closed):
    """Body of `POST /credential-vault`."""

    credentials: list[CredentialBody]
    bindings: list[BindingBody]


class CredentialChanges(_Closed):
    """Changes of secrets."""

    add: list[CredentialBody] | None = None
    replace: list[CredentialBody] | None = None
    delete: list[str] | None = None


class BindingChanges(_Closed):
    """Changes of bindings."""

    add: list[BindingBody] | None = None
    replace: list[BindingBody] | None = None
    delete: list[str] | None = None


class ChangeVault(_Closed):
    """Body of `PATCH /credential-vault`."""

    expected_revision: int | None = None
    credentials: CredentialChanges | None = None
    bindings: BindingChanges | None = None


def read(content: bytes, shape: type[Body]) -> Body:
    """The body in the given shape. Raises ValueError that names the member, never the value."""
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # What a client named a member goes into the message as JSON: one line, whatever it holds.
    where = ".".join(
        json.dumps(part)[1:-1] if isinstance(part, str) else str(part) for part in problem["loc"]
    )
    raise ValueError(f"{where[:200] or 'body'}: {problem['msg']}")


def unique(items: list[Any], key: Callable[[Any], str], what: str) -> None:
    """Raise ValueError when two items share a key."""
    seen = set()
    for item in items:
        if (name := key(item)) in seen:
            raise ValueError(f"two {what} are named {name!r}")
        seen.add(name)
