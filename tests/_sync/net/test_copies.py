# Generated from tests/_async/net/test_copies.py by scripts/unasync.py. Do not edit.
"""Objects that are pickled or copied: settings travel with their key, and what holds connections says what to pass instead."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox._sync.control.manager import SandboxManagerSync
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.pool import SandboxPoolSync
from opensandbox._sync.sandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.pool_types import PoolCreationSpec

KEY = "key-that-nobody-may-see"
WAYS: list[Callable[[Any], Any]] = [pickle.dumps, copy.copy, copy.deepcopy]


def config(**options: Any) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain="sandboxes.example.com", api_key=KEY, **options)


def holders() -> list[tuple[object, str]]:
    """Return what holds connections, each with what its error has to name."""
    sandbox = SandboxSync("sbx-1", connection_config=config())
    pool = SandboxPoolSync(
        pool_name="workers",
        max_idle=0,
        state_store=InMemoryPoolStateStore(),
        connection_config=config(),
        creation_spec=PoolCreationSpec(image="ubuntu"),
    )
    parts = (
        sandbox.files,
        sandbox.commands,
        sandbox.code,
        sandbox.code.contexts,
        sandbox.pty,
        sandbox.metrics,
        sandbox.isolation,
        sandbox.diagnostics,
        sandbox.keep_alive(timedelta(minutes=5)),
    )
    return [
        (sandbox, "connect(id, connection_config=config)"),
        (SandboxManagerSync.create(config()), "create(config)"),
        (pool, "pool_name"),
        (InMemoryPoolStateStore(), "Redis"),
        *((part, "connect(id, connection_config=config)") for part in parts),
    ]


@pytest.mark.parametrize("way", WAYS)
def test_what_holds_connections_says_what_to_pass_instead(way: Callable[[Any], Any]) -> None:
    for held, wanted in holders():
        with pytest.raises(TypeError) as raised:
            way(held)
        assert str(raised.value).startswith(type(held).__name__)
        assert wanted in str(raised.value)
        assert KEY not in str(raised.value) + repr(held)


def test_config_travels_with_its_key() -> None:
    made = config(request_timeout=timedelta(seconds=7))
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert (twin.api_key, twin.request_timeout) == (KEY, timedelta(seconds=7))
    assert made.model_dump()["api_key"] == KEY
    assert KEY not in repr(made) + str(made)


@pytest.mark.parametrize("way", [pickle.dumps, copy.deepcopy])
def test_config_with_a_transport_says_to_leave_it_out(way: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="pass a config without one, and give it a transport there"):
        way(config(transport=httpx.HTTPTransport()))
    assert copy.copy(config(transport=httpx.HTTPTransport())).transport is not None
