"""The operations of the four specs, looked up by what travels, with validators that are built once."""

from __future__ import annotations

import functools
import operator
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jsonschema_rs
import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

APIS = ("lifecycle", "execd", "egress", "diagnostics")
CONTROL_PLANE = ("lifecycle", "diagnostics")
SANDBOX = ("execd", "egress")
METHODS = ("get", "post", "put", "patch", "delete")

_PROXY = re.compile(r"/sandboxes/[^/]+/proxy/\d+/")
_NOT_SPECIFIED = re.compile(r"/pty(/[^/]+)?$")


@dataclass(frozen=True)
class Parameter:
    """One parameter in the query, the path or a header."""

    name: str
    where: str
    required: bool
    kind: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Content:
    """What a status answers with, or a request carries: a schema for each media type. No media type: no body."""

    schemas: dict[str, dict[str, Any] | None]
    required: bool = True


@dataclass(frozen=True)
class Operation:
    """One operation of one API. `pattern` fits the whole path below the server, path parameters are its groups."""

    api: str
    name: str
    tag: str
    method: str
    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]
    request: Content | None
    responses: dict[int, Content] = field(default_factory=dict)


@functools.cache
def documents() -> dict[str, Any]:
    """Return the specs by the names of their APIs."""
    # The loader in C: it takes a tenth of a second where the other takes one, and on a busy machine ten.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    directory = _directory()
    return {
        name: yaml.load((directory / f"{name}.yaml").read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
        for name in APIS
    }


def _directory() -> Path:
    """Return where the specs are: beside this module in a wheel, at the top of a checkout."""
    here = Path(__file__).parent
    packed = here / "openapi"
    return packed if packed.is_dir() else here.parents[1] / "openapi"


@functools.cache
def operations() -> dict[str, tuple[Operation, ...]]:
    """Return the operations of each API."""
    return {api: tuple(_operations(api, document)) for api, document in documents().items()}


def find(apis: tuple[str, ...], method: str, path: str) -> Operation | None:
    """Return the operation that a request below the servers of these APIs means."""
    for api in apis:
        for operation in operations()[api]:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
    return None


def find_by_address(base_url: str, method: str, url: str) -> tuple[Operation | None, str]:
    """Return the operation that a request to an address means, and the path by which it was found.

    `base_url` is that of the control plane; a sandbox may be reached below any address.
    """
    path = urlsplit(url).path
    if url.startswith(base_url + "/") and not _PROXY.search(path):
        path = path.removeprefix(urlsplit(base_url).path)
        return find(CONTROL_PLANE, method, path), path
    for start, sign in enumerate(path):
        if sign == "/" and (found := find(SANDBOX, method, path[start:])) is not None:
            return found, path[start:]
    return None, path


def is_specified(path: str) -> bool:
    """Return whether a path is one that specs are about. Terminals are not: they are experimental."""
    return _NOT_SPECIFIED.search(path) is None


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what keeps a value from fitting a schema, a line for each."""
    return [
        f"{'.'.join(map(str, error.instance_path)) or 'the whole'}: {error.message}"
        for error in _validator(_Key(schema)).iter_errors(value)
    ]


class _Key:
    """A schema as a key of a cache: the same object is the same schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.schema is other.schema


@functools.cache
def _validator(key: _Key) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(key.schema, registry=_registry(), validate_formats=True)


@functools.cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry(list(documents().items()))


def _operations(api: str, document: dict[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            given = [*item.get("parameters", ()), *operation.get("parameters", ())]
            body = operation.get("requestBody")
            yield Operation(
                api=api,
                name=operation["operationId"],
                tag=operation["tags"][0],
                method=method.upper(),
                pattern=re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)),
                parameters=tuple(_parameter(api, _resolved(document, one)) for one in given),
                request=body
                and _content(api, _resolved(document, body), required=body.get("required", False)),
                responses={
                    int(status): _content(api, _resolved(document, answer), required=True)
                    for status, answer in operation["responses"].items()
                },
            )


def _parameter(api: str, given: dict[str, Any]) -> Parameter:
    schema = given["schema"]
    plain = _resolved(documents()[api], schema)
    return Parameter(
        name=given["name"],
        where=given["in"],
        required=given.get("required", False),
        kind=plain.get("type", "string"),
        schema=_absolute(api, schema),
    )


def _content(api: str, given: dict[str, Any], *, required: bool) -> Content:
    return Content(
        {
            media: _absolute(api, entry["schema"]) if "schema" in entry else None
            for media, entry in given.get("content", {}).items()
        },
        required,
    )


def _resolved(document: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in given:
        steps = given["$ref"].removeprefix("#/").split("/")
        given = functools.reduce(operator.getitem, steps, document)
    return given


def _absolute(api: str, schema: Any) -> Any:
    """Return a schema that stands in place with its references made absolute."""
    if isinstance(schema, dict):
        return {key: api + value if key == "$ref" else _absolute(api, value) for key, value in schema.items()}
    return [_absolute(api, item) for item in schema] if isinstance(schema, list) else schema
