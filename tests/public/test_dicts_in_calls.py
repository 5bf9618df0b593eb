"""Calls that take a dict in the place of a model: their annotations say so, and names that it does not have are refused unsent.

The table is built from the annotations of the public classes, so that a new call is covered by itself.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from typing import Any, Required, get_origin, get_type_hints

import httpx
import pytest

from opensandbox import Sandbox, SandboxManager, SandboxManagerSync, SandboxSync, models
from opensandbox._async.control.lifetimes import CreateOptions
from opensandbox._async.run.isolation import IsolatedSession
from opensandbox._async.run.sessions import CommandSession
from opensandbox._sync.control.lifetimes import CreateOptions as CreateOptionsSync
from opensandbox._sync.run.isolation import IsolatedSession as IsolatedSessionSync
from opensandbox._sync.run.sessions import CommandSessionSync
from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models import IsolatedSessionInfo, dicts
from opensandbox.models.base import Model

TAKES_A_DICT = re.compile(r"\b(\w+)Dict\b|\bdict\[str, object\]")
WRITTEN = {
    name
    for name in models.__all__
    if isinstance(getattr(models, name), type) and issubclass(getattr(models, name), Model)
}
# What else has to be given, by the name of the parameter.
NEEDED = {
    "bindings": [],
    "code": "1",
    "command": "true",
    "credentials": [],
    "image": "ubuntu",
    "name": "n",
    "session_id": "s",
    "template_id": "t",
    "timeout": 60,
    "workspace": "/workspace",
}
WRONG = {"surprise_field": 1}


def nothing_is_sent(request: httpx.Request) -> httpx.Response:
    pytest.fail(f"{request.method} {request.url} was sent")


def objects() -> Iterator[Any]:
    """Yield one of each public object with methods, none of which has ever sent anything."""
    transport = httpx.MockTransport(nothing_is_sent)
    info = IsolatedSessionInfo(session_id="s")
    here = Sandbox("id", connection_config=ConnectionConfig(transport=transport))
    there = SandboxSync("id", connection_config=ConnectionConfigSync(transport=transport))
    for sandbox in (here, there):
        yield sandbox
        for part in ("commands", "code", "files", "isolation", "credential_vault", "pty", "metrics"):
            yield getattr(sandbox, part)
    yield CommandSession(here.commands, "s")
    yield CommandSessionSync(there.commands, "s")
    yield IsolatedSession(here._execd, info)
    yield IsolatedSessionSync(there._execd, info)
    yield SandboxManager(connection_config=here.connection_config)
    yield SandboxManagerSync(connection_config=there.connection_config)


def parameters() -> Iterator[tuple[Any, str, inspect.Parameter]]:
    for subject in objects():
        for name, method in inspect.getmembers(type(subject), callable):
            if not name.startswith("_"):
                for parameter in inspect.signature(method).parameters.values():
                    yield subject, name, parameter


def label(subject: object, method: str, parameter: inspect.Parameter) -> str:
    return f"{type(subject).__module__}.{type(subject).__name__}.{method}({parameter.name})"


PARAMETERS = list(parameters())
TAKING = [
    pytest.param(*found, id=label(*found))
    for found in PARAMETERS
    # What a caller's own function returns is known only after something was read.
    if TAKES_A_DICT.search(str(found[2].annotation)) and not str(found[2].annotation).startswith("Callable[")
]


async def driven(result: Any) -> None:
    """Let a call of the async twin do what it does."""
    if inspect.isawaitable(result):
        await result
    elif hasattr(result, "__aenter__"):
        async with result:
            pass
    elif hasattr(result, "__anext__"):
        await anext(result)


def driven_sync(result: Any) -> None:
    if hasattr(result, "__enter__"):
        with result:
            pass
    elif hasattr(result, "__next__"):
        next(result)


def call(subject: Any, method: str, parameter: inspect.Parameter) -> None:
    function = getattr(subject, method)
    many = re.search(r"\b(?:Sequence|list)\[", parameter.annotation) is not None
    arguments = {
        other.name: NEEDED[other.name]
        for other in inspect.signature(function).parameters.values()
        if (other.default is other.empty and other.kind is not other.VAR_KEYWORD) or other.name == "image"
        if other.name != parameter.name
    }
    arguments[parameter.name] = [WRONG] if many else WRONG
    if "connection_config" in inspect.signature(function).parameters:
        arguments["connection_config"] = subject.connection_config
    if "_sync" in type(subject).__module__:
        driven_sync(function(**arguments))
    else:

        async def run() -> None:
            await driven(function(**arguments))

        asyncio.run(run())


@pytest.mark.parametrize(("subject", "method", "parameter"), TAKING)
def test_a_dict_with_an_unknown_name_is_refused_before_anything_is_sent(
    subject: Any, method: str, parameter: inspect.Parameter
) -> None:
    with pytest.raises(InvalidArgumentException, match="unknown field 'surprise_field'; ") as refused:
        call(subject, method, parameter)

    assert parameter.name in str(refused.value)


@pytest.mark.parametrize(
    ("subject", "method", "parameter"), [pytest.param(*found, id=label(*found)) for found in PARAMETERS]
)
def test_a_parameter_that_takes_a_model_takes_a_dict_and_says_so(
    subject: Any, method: str, parameter: inspect.Parameter
) -> None:
    named = set(re.findall(r"\w+", str(parameter.annotation)))
    # Any dict, as the published package has it for credentials and bindings.
    expected = (
        set()
        if "dict[str, object]" in str(parameter.annotation)
        else {f"{name}Dict" for name in named & WRITTEN}
    )

    assert expected <= named


def test_both_twins_and_all_kinds_of_arguments_are_in_the_table() -> None:
    found = {parameter.id.replace("_sync", "_async").replace("Sync", "") for parameter in TAKING}
    words = {parameter.id.rpartition("(")[2] for parameter in TAKING}

    assert len(TAKING) == 2 * len(found)
    assert {
        "opts)",
        "handlers)",
        "image)",
        "filter)",
        "rules)",
        "credentials)",
        "volumes)",
        "entries)",
    } <= words


@pytest.mark.parametrize(("kind", "options"), [(Sandbox, CreateOptions), (SandboxSync, CreateOptionsSync)])
def test_the_options_of_an_ephemeral_sandbox_are_those_of_create(kind: type[Sandbox], options: Any) -> None:
    parameters = inspect.signature(kind.create).parameters
    # In the class `list` is one of its methods.
    taken = {
        name: parameter.annotation.replace("builtins.", "")
        for name, parameter in parameters.items()
        if name != "image"
    }

    assert {name: value.__forward_arg__ for name, value in options.__annotations__.items()} == taken


@pytest.mark.parametrize("name", dicts.__all__)
def test_the_type_of_a_dict_has_the_fields_of_its_model(name: str) -> None:
    kind = getattr(models, name.removesuffix("Dict"))
    hints = get_type_hints(getattr(dicts, name), include_extras=True)

    assert hints.keys() == kind.model_fields.keys()
    required = {key for key, hint in hints.items() if get_origin(hint) is Required}
    assert required == {key for key, field in kind.model_fields.items() if field.is_required()}
