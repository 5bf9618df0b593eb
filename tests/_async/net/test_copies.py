"""Objects that are pickled or copied: settings travel with their key, and what holds connections says what to pass instead."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox._async.control.manager import SandboxManager
from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.pool import SandboxPoolAsync
from opensandbox._async.sandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.pool_types import PoolCreationSpec

pytestmark = pytest.mark.anyio

KEY = "key-that-nobody-may-see"
WAYS: list[Callable[[Any], Any]] = [pickle.dumps, copy.copy, copy.deepcopy]


def config(**options: Any) -> ConnectionConfig:
    return ConnectionConfig(domain="sandboxes.example.com", api_key=KEY, **options)


async def holders() -> list[tuple[object, str]]:
    """Return what holds connections, each with what its error has to name."""
    sandbox = Sandbox("sbx-1", connection_config=config())
    pool = SandboxPoolAsync(
        pool_name="workers",
        max_idle=0,
        state_store=InMemoryAsyncPoolStateStore(),
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
        (await SandboxManager.create(config()), "create(config)"),
        (pool, "pool_name"),
        (InMemoryAsyncPoolStateStore(), "Redis"),
        *((part, "connect(id, connection_config=config)") for part in parts),
    ]


@pytest.mark.parametrize("way", WAYS)
async def test_what_holds_connections_says_what_to_pass_instead(way: Callable[[Any], Any]) -> None:
    for held, wanted in await holders():
        with pytest.raises(TypeError) as raised:
            way(held)
        assert str(raised.value).startswith(type(held).__name__)
        assert wanted in str(raised.value)
        assert KEY not in str(raised.value) + repr(held)


async def test_config_travels_with_its_key() -> None:
    made = config(request_timeout=timedelta(seconds=7))
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made), copy.deepcopy(made)):
        assert (twin.api_key, twin.request_timeout) == (KEY, timedelta(seconds=7))
    assert made.model_dump()["api_key"] == KEY
    assert KEY not in repr(made) + str(made)


@pytest.mark.parametrize("way", [pickle.dumps, copy.deepcopy])
async def test_config_with_a_transport_says_to_leave_it_out(way: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="pass a config without one, and give it a transport there"):
        way(config(transport=httpx.AsyncHTTPTransport()))
    assert copy.copy(config(transport=httpx.AsyncHTTPTransport())).transport is not None
