"""Durations without a practical end: `timedelta.max` is more than threads, sockets and dates can take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.transport import RetryPolicy
from tests._async.attaching import attach, config_for
from tests._async.leaks import background_has_ended
from tests.support.deployment import Deployment
from tests.support.faults import RST, answer

pytestmark = pytest.mark.anyio

ENDLESS = timedelta.max
CREATE = "POST /v1/sandboxes"


@pytest.mark.parametrize(
    "options", [{"create_timeout": ENDLESS}, {"ready_timeout": ENDLESS}, {"timeout": ENDLESS}], ids=str
)
async def test_a_creation_takes_them(deployment: Deployment, options: dict[str, Any]) -> None:
    async with await Sandbox.create("ubuntu", connection_config=config_for(deployment), **options) as sandbox:
        await sandbox.kill()


async def test_the_settings_take_them(deployment: Deployment) -> None:
    policy = RetryPolicy(
        initial_backoff=timedelta(0),
        per_attempt_timeout=ENDLESS,
        overall_deadline=ENDLESS,
        max_backoff=ENDLESS,
    )
    config = config_for(deployment, request_timeout=ENDLESS, endpoint_cache_ttl=ENDLESS, retry_policy=policy)
    deployment.script(CREATE, [RST], [answer(503, {}, retry_after="0")])
    async with await Sandbox.create("ubuntu", connection_config=config) as sandbox:
        assert (await sandbox.commands.run("echo", idle_timeout=ENDLESS)).exit_code == 0
        await sandbox.files.read_bytes("/a", timeout=ENDLESS)
        await sandbox.kill()
    await background_has_ended()


async def test_calls_take_them(deployment: Deployment) -> None:
    async with await attach(deployment) as sandbox:
        await sandbox.renew(ENDLESS)
        await sandbox.check_ready(ENDLESS, ENDLESS)
        await sandbox.wait_for_state("Running", ENDLESS, ENDLESS)
        async with sandbox.keep_alive(ENDLESS):
            pass
        async with await SandboxManager.create(config_for(deployment)) as manager:
            await manager.renew_sandbox(sandbox.id, ENDLESS)
