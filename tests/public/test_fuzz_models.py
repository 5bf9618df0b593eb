"""Constructors of the whole public API with values that nobody should pass: what is refused is refused by its name, at once."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import opensandbox.config
import opensandbox.models
import opensandbox.pool_types
import opensandbox.transport
from opensandbox.models.base import Answer
from tests.support.fuzz.methods import Method, complaint, methods_of

USUAL: dict[str, dict[str, Any]] = {
    "EndpointRoute": {"kind": "signed"},
    "PoolCreationSpec": {"image": "ubuntu"},
    "SandboxImageSpec": {"image": "ubuntu"},
}
"""What a constructor needs beside what it names as needed."""


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
                found |= {method.label: method for method in methods_of(name, kind, **USUAL.get(name, {}))}
    return list(found.values())


def _is_protocol(kind: type) -> bool:
    return bool(getattr(kind, "_is_protocol", False))


CONSTRUCTORS = written_by_callers()


def refuses_by_name(data: st.DataObject) -> None:
    method = data.draw(st.sampled_from(CONSTRUCTORS))
    arguments, ugly = method.arguments(data.draw)
    try:
        method.function(**arguments)
    except Exception as failure:
        if wrong := complaint(method, ugly, failure):
            pytest.fail(f"{method.label}({ {name: arguments[name] for name in ugly} }) {wrong}")


@settings(max_examples=500)
@given(st.data())
def test_constructors_refuse_by_name(data: st.DataObject) -> None:
    refuses_by_name(data)


@pytest.mark.long
@settings(max_examples=20_000)
@given(st.data())
def test_constructors_refuse_by_name_at_length(data: st.DataObject) -> None:
    refuses_by_name(data)


def test_every_constructor_is_tried() -> None:
    assert len(CONSTRUCTORS) > 60
    assert {"ConnectionConfig", "RetryPolicy", "PoolCreationSpec", "Volume"} <= {
        method.label for method in CONSTRUCTORS
    }
