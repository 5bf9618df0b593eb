"""The generated clients: any operation by its name, with arguments as they travel."""

from __future__ import annotations

import importlib
import re
import typing
from types import GenericAlias, UnionType
from typing import Any

from opensandbox.contract.results import Differs

if typing.TYPE_CHECKING:
    from opensandbox.contract.specs import Operation


def call(operation: Operation, client: Any, arguments: dict[str, Any]) -> Any:
    """Send an operation through a generated client and return its answer, with `status_code`, `content` and `parsed`.

    A body is passed as plain lists and dicts, and becomes what the operation takes. Raises `Differs` when the client cannot read
    the answer.
    """
    package = f"opensandbox.api.{operation.api}.api"
    module = importlib.import_module(f"{package}.{_snake(operation.tag)}.{_snake(operation.name)}")
    given = dict(arguments)
    if "body" in given:
        hints = typing.get_type_hints(module.sync_detailed, localns={"Caller": Any})
        given["body"] = _as_model(hints["body"], given["body"])
    try:
        return module.sync_detailed(client=client, **given)
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        raise Differs(f"the generated client cannot read the answer: {failure!r}") from failure


def client(api: str, base_url: str, headers: dict[str, str], transport: Any, timeout: float) -> Any:
    """Return a generated client of an API."""
    import httpx

    package = importlib.import_module(f"opensandbox.api.{api}")
    return package.Client(
        base_url=base_url,
        headers=headers,
        timeout=httpx.Timeout(timeout),
        httpx_args={"transport": transport, "trust_env": False},
    )


def _as_model(hint: Any, value: Any) -> Any:
    """Return a plain value as what a type hint asks for."""
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        models = [part for part in typing.get_args(hint) if hasattr(part, "from_dict")]
        return _as_model(models[0], value) if models else value
    if isinstance(hint, GenericAlias) and isinstance(value, list):
        (of,) = typing.get_args(hint)
        return [_as_model(of, item) for item in value]
    return hint.from_dict(value) if hasattr(hint, "from_dict") else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
