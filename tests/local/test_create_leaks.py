"""Creations that are cancelled at random moments, against a server that makes real sandboxes."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.config import ConnectionConfig
from opensandbox.local import LocalServer
from opensandbox.models.sandboxes import SandboxFilter
from tests.support.cancellation import in_the_background
from tests.support.waiting import async_until

CREATIONS = 60
AT_ONCE = 4
LONGEST = 2.0
"""Seconds after which a creation is cancelled at the latest: some are through by then, most are not."""

pytestmark = pytest.mark.anyio


@pytest.mark.long
async def test_creations_that_are_cancelled_at_random_leave_no_sandbox() -> None:
    dice = random.Random(20261123)
    slots = asyncio.Semaphore(AT_ONCE)

    async def attempt(config: ConnectionConfig, patience: float) -> str:
        async with slots:
            # What was cancelled goes on in the background: it counts as well, or the machine would have to make them all at once.
            await async_until(lambda: in_the_background() < AT_ONCE)
            creation = asyncio.ensure_future(Sandbox.create("ubuntu", connection_config=config))
            await asyncio.wait({creation}, timeout=patience)
            if creation.cancel():
                await asyncio.wait({creation})
        if creation.cancelled():
            return "cancelled"
        await creation.result().destroy()
        return "made"

    async with LocalServer() as server:
        config = server.connection_config()
        # Small numbers are drawn more often: there are more things to cut off at the beginning.
        waits = [LONGEST * dice.random() ** 3 for _ in range(CREATIONS)]
        outcomes = Counter(await asyncio.gather(*(attempt(config, wait) for wait in waits)))
        await async_until(lambda: in_the_background() == 0)
        assert await remaining(config) == 0
        assert outcomes["cancelled"] > 0
        sandbox = await Sandbox.create("ubuntu", connection_config=config)
        assert (await sandbox.commands.run("echo fine")).text == "fine"
        await sandbox.destroy()


async def remaining(config: ConnectionConfig) -> int:
    async with await SandboxManager.create(config) as manager:
        return len((await manager.list_sandbox_infos(SandboxFilter(page_size=100))).sandbox_infos)
