# Generated from tests/_async/net/test_longest_durations.py by scripts/unasync.py. Do not edit.
"""Durations without a practical end: `timedelta.max` is more than threads, sockets and dates can take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.transport import RetryPolicy
from tests._sync.attaching import attach, config_for
from tests._sync.leaks import background_has_ended
from tests.support.deployment import Deployment
from tests.support.faults import RST, answer

ENDLESS = timedelta.max
CREATE = "POST /v1/sandboxes"


@pytest.mark.parametrize(
    "options", [{"create_timeout": ENDLESS}, {"ready_timeout": ENDLESS}, {"timeout": ENDLESS}], ids=str
)
def test_a_creation_takes_them(deployment: Deployment, options: dict[str, Any]) -> None:
    with SandboxSync.create("ubuntu", connection_config=config_for(deployment), **options) as sandbox:
        sandbox.kill()


def test_the_settings_take_them(deployment: Deployment) -> None:
    policy = RetryPolicy(
        initial_backoff=timedelta(0),
        per_attempt_timeout=ENDLESS,
        overall_deadline=ENDLESS,
        max_backoff=ENDLESS,
    )
    config = config_for(deployment, request_timeout=ENDLESS, endpoint_cache_ttl=ENDLESS, retry_policy=policy)
    deployment.script(CREATE, [RST], [answer(503, {}, retry_after="0")])
    with SandboxSync.create("ubuntu", connection_config=config) as sandbox:
        assert (sandbox.commands.run("echo", idle_timeout=ENDLESS)).exit_code == 0
        sandbox.files.read_bytes("/a", timeout=ENDLESS)
        sandbox.kill()
    background_has_ended()


def test_calls_take_them(deployment: Deployment) -> None:
    with attach(deployment) as sandbox:
        sandbox.renew(ENDLESS)
        sandbox.check_ready(ENDLESS, ENDLESS)
        sandbox.wait_for_state("Running", ENDLESS, ENDLESS)
        with sandbox.keep_alive(ENDLESS):
            pass
        with SandboxManagerSync.create(config_for(deployment)) as manager:
            manager.renew_sandbox(sandbox.id, ENDLESS)
