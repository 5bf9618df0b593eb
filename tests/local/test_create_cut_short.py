"""Creations that take longer than they may, against a server that makes real sandboxes: each raises, and none is left."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager, SandboxSync
from opensandbox._concurrency.pairs import gather_bounded
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxTimeoutException
from opensandbox.local import LocalServer
from opensandbox.models.sandboxes import LifecycleHook, SandboxLifecycle
from tests.support.cancellation import in_the_background
from tests.support.waiting import async_until, until

MANY = int(os.environ.get("OPENSANDBOX_TEST_MANY", "8"))
SHORT = 0.3
# The start takes longer than that on any machine.
SLOW = SandboxLifecycle(pre_start=LifecycleHook(command=["sleep", "1"]))

pytestmark = pytest.mark.anyio


def limits(which: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What goes into the config, and what into the call."""
    return ({"request_timeout": SHORT}, {}) if which == "request_timeout" else ({}, {"create_timeout": SHORT})


async def left(config: ConnectionConfig) -> int:
    async with await SandboxManager.create(config) as manager:
        return len([info async for info in manager.iter_sandbox_infos()])


@pytest.mark.parametrize("which", ["create_timeout", "request_timeout"])
async def test_creations_that_are_cut_short_raise_and_leave_nothing(which: str) -> None:
    settings, options = limits(which)
    async with LocalServer(spares=0) as server:
        config = server.connection_config(**settings)

        async def cut() -> None:
            with pytest.raises(SandboxTimeoutException, match="did not answer the creation within"):
                await Sandbox.create("ubuntu", connection_config=config, lifecycle=SLOW, **options)

        await asyncio.gather(*(cut() for _ in range(MANY)))
        await async_until(lambda: in_the_background() == 0)
        assert await left(server.connection_config()) == 0


@pytest.mark.long
@pytest.mark.parametrize("which", ["create_timeout", "request_timeout"])
def test_blocking_creations_that_are_cut_short_raise_and_leave_nothing(which: str) -> None:
    settings, options = limits(which)
    with LocalServer(spares=0) as server:
        config = server.connection_config_sync(**settings)

        def cut(number: int) -> None:
            with pytest.raises(SandboxTimeoutException, match="did not answer the creation within"):
                SandboxSync.create("ubuntu", connection_config=config, lifecycle=SLOW, **options)

        gather_bounded(cut, range(MANY), MANY)
        until(lambda: in_the_background() == 0)
        assert asyncio.run(left(server.connection_config())) == 0
