"""Async classes where no event loop of asyncio runs: the error says so, and nothing else is complained about."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.config import ConnectionConfig

CONFIG = ConnectionConfig(domain="sandboxes.example.com", api_key="key")
SANDBOX = Sandbox("sbx-1", connection_config=CONFIG)


async def listed() -> None:
    async with await SandboxManager.create(CONFIG) as manager:
        await manager.kill_sandbox("sbx-1")


async def block() -> None:
    async with Sandbox.ephemeral("ubuntu", connection_config=CONFIG):
        pass


CALLS: list[Callable[[], Coroutine[Any, Any, Any]]] = [
    lambda: Sandbox.create("ubuntu", connection_config=CONFIG),
    lambda: Sandbox.connect("sbx-1", connection_config=CONFIG, connect_timeout=1),
    lambda: SANDBOX.commands.run("true"),
    lambda: SANDBOX.files.read_file("/a"),
    lambda: SANDBOX.kill(),
    listed,
    block,
]


def step(call: Callable[[], Coroutine[Any, Any, Any]]) -> str:
    """Let a coroutine run as every framework does, and return what its error says."""
    with pytest.raises(RuntimeError) as raised:
        call().send(None)
    gc.collect()  # a coroutine that nobody awaited would tell
    return str(raised.value)


@pytest.mark.parametrize("call", CALLS)
def test_without_a_loop_the_error_says_what_to_do(call: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    said = step(call)
    assert "need an event loop of asyncio, and none runs here" in said
    assert "asyncio.run" in said
    assert "SandboxSync" in said


@pytest.mark.parametrize("call", CALLS)
def test_under_trio_the_error_says_so(
    call: Callable[[], Coroutine[Any, Any, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    trio = SimpleNamespace(lowlevel=SimpleNamespace(in_trio_run=lambda: True))
    monkeypatch.setitem(sys.modules, "trio", trio)  # the two names of it that are asked
    said = step(call)
    assert "trio runs this" in said
    assert "trio.to_thread.run_sync" in said
