"""A call whose answer was lost is repeated; that it is done already is then a success, and at first asking an error as ever."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.exceptions import SandboxConflictException, SandboxGoneException, SandboxNotFoundException
from opensandbox.transport import RetryPolicy
from tests._async.attaching import AT_ONCE, BOX, attach
from tests.support.deployment import Deployment
from tests.support.faults import FIN, RST, answer

pytestmark = pytest.mark.anyio

Call = Callable[[Sandbox], Awaitable[Any]]

POSTS_TOO = RetryPolicy(
    initial_backoff=AT_ONCE.initial_backoff,
    max_backoff=AT_ONCE.max_backoff,
    retryable_status_codes_non_idempotent=frozenset({HTTPStatus.BAD_GATEWAY}),
)
LOST = {"reset": [RST], "closed": [b"H", FIN], "502": [answer(502)]}
GONE = answer(404, {"code": "NOT_FOUND", "message": "no such thing"})


async def delete_snapshot(box: Sandbox) -> None:
    async with await SandboxManager.create(box.connection_config) as manager:
        await manager.delete_snapshot("snap")


async def delete_template(box: Sandbox) -> None:
    async with await SandboxManager.create(box.connection_config) as manager:
        await manager.delete_template("temp")


DELETIONS: dict[str, Call] = {
    f"DELETE /v1/sandboxes/{BOX}": lambda box: box.kill(),
    "DELETE /v1/snapshots/snap": delete_snapshot,
    "DELETE /v1/templates/temp": delete_template,
    f"DELETE /at/{BOX}/44772/session/s1": lambda box: box.commands.delete_session("s1"),
    f"DELETE /at/{BOX}/44772/code/contexts/c1": lambda box: box.code.contexts.delete("c1"),
    f"DELETE /at/{BOX}/44772/pty/p1": lambda box: box.pty.delete("p1"),
}


@pytest.mark.parametrize("route", DELETIONS)
async def test_a_deletion_that_was_done_before_its_answer_was_lost_is_done(
    deployment: Deployment, route: str
) -> None:
    call = DELETIONS[route]
    async with await attach(deployment, retry_policy=AT_ONCE) as box:
        for lost in LOST.values():
            for gone in (GONE, answer(410, {"code": "GONE", "message": "expired"})):
                deployment.script(route, lost, [gone])
                await call(box)
        for error, kind in ((404, SandboxNotFoundException), (410, SandboxGoneException)):
            deployment.script(route, [answer(error, {"code": "GONE", "message": "no such thing"})])
            with pytest.raises(kind):
                await call(box)


@pytest.mark.parametrize("begun", [answer(429, b"", retry_after=0), answer(503, b"", retry_after=0)])
async def test_an_answer_that_says_nothing_was_begun_is_not_lost(
    deployment: Deployment, begun: bytes
) -> None:
    async with await attach(deployment, retry_policy=AT_ONCE) as box:
        deployment.script(f"DELETE /v1/sandboxes/{BOX}", [begun], [GONE])
        with pytest.raises(SandboxNotFoundException):
            await box.kill()


@pytest.mark.parametrize(
    ("wish", "state", "done"),
    [
        ("pause", "Paused", True),
        ("pause", "Pausing", True),
        ("pause", "Running", False),
        ("pause", "Terminated", False),
        ("resume", "Running", True),
        ("resume", "Paused", False),
    ],
)
async def test_a_state_that_was_reached_before_the_answer_was_lost_is_reached(
    deployment: Deployment, wish: str, state: str, done: bool
) -> None:
    route = f"POST /v1/sandboxes/{BOX}/{wish}"
    conflict = answer(409, {"code": "SANDBOX_STATE", "message": "already"})
    async with await attach(deployment, retry_policy=POSTS_TOO) as box:
        manager = await SandboxManager.create(box.connection_config)
        call = manager.pause_sandbox if wish == "pause" else manager.resume_sandbox
        deployment.enter(BOX, state)
        deployment.script(route, [answer(502)], [conflict])
        if done:
            await call(BOX)
        else:
            with pytest.raises(SandboxConflictException):
                await call(BOX)
        deployment.script(route, [conflict])
        with pytest.raises(SandboxConflictException):
            await call(BOX)
        await manager.close()
