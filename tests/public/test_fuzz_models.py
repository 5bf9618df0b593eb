"""Constructors of the whole public API with values that nobody should pass: what is refused is refused by its name, at once."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings

import opensandbox.config
import opensandbox.models
import opensandbox.pool_types
import opensandbox.transport
from opensandbox.models.base import Answer
from tests.support.fuzz import EXPLORING
from tests.support.fuzz.methods import Call, Method, calls, complaint, methods_of

USUAL: dict[str, dict[str, Any]] = {
    "EndpointRoute": {"kind": "signed"},
    "PoolCreationSpec": {"image": "ubuntu"},
    "SandboxImageSpec": {"image": "ubuntu"},
}
"""What a constructor needs beside what it names as needed."""


BUILT: dict[str, type] = {}


def written_by_callers() -> list[Method]:
    found: dict[str, Method] = {}
    for module in (opensandbox.models, opensandbox.config, opensandbox.pool_types, opensandbox.transport):
        for name in module.__all__:
            kind = getattr(module, name)
            if (
                isinstance(kind, type)
                and not issubclass(kind, Answer | Enum | Exception)
                and not _is_protocol(kind)
            ):
                for method in methods_of(name, kind, of_class=True):
                    found[f"{name}.{method.name}"] = method
                    BUILT[name] = kind
    return list(found.values())


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


CONSTRUCTORS = written_by_callers()


def refuses_by_name(call: Call) -> None:
    arguments = call.arguments(USUAL.get(call.method.label, {}))
    try:
        call.method.of(BUILT[call.method.label])(**arguments)
    except Exception as failure:
        if wrong := complaint(call, failure):
            pytest.fail(wrong)


@settings(derandomize=not EXPLORING, max_examples=500)
@given(calls(CONSTRUCTORS))
def test_constructors_refuse_by_name(call: Call) -> None:
    refuses_by_name(call)


@pytest.mark.long
@settings(derandomize=not EXPLORING, max_examples=1_500)
@given(calls(CONSTRUCTORS))
def test_constructors_refuse_by_name_at_length(call: Call) -> None:
    refuses_by_name(call)


def test_every_constructor_is_tried() -> None:
    assert len(CONSTRUCTORS) > 60
    assert {"ConnectionConfig", "RetryPolicy", "PoolCreationSpec", "Volume"} <= {
        method.label for method in CONSTRUCTORS
    }
