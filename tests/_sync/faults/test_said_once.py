# Generated from tests/_async/faults/test_said_once.py by scripts/unasync.py. Do not edit.
"""A call whose answer was lost is repeated; that it is done already is then a success, and at first asking an error as ever."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.exceptions import SandboxConflictException, SandboxGoneException, SandboxNotFoundException
from opensandbox.transport import RetryPolicy
from tests._sync.attaching import AT_ONCE, BOX, attach
from tests.support.deployment import Deployment
from tests.support.faults import FIN, RST, answer

Call = Callable[[SandboxSync], Any]

POSTS_TOO = RetryPolicy(
    initial_backoff=AT_ONCE.initial_backoff,
    max_backoff=AT_ONCE.max_backoff,
    retryable_status_codes_non_idempotent=frozenset({HTTPStatus.BAD_GATEWAY}),
)
LOST = {"reset": [RST], "closed": [b"H", FIN], "502": [answer(502)]}
GONE = answer(404, {"code": "NOT_FOUND", "message": "no such thing"})


def delete_snapshot(box: SandboxSync) -> None:
    with SandboxManagerSync.create(box.connection_config) as manager:
        manager.delete_snapshot("snap")


def delete_template(box: SandboxSync) -> None:
    with SandboxManagerSync.create(box.connection_config) as manager:
        manager.delete_template("temp")


DELETIONS: dict[str, Call] = {
    f"DELETE /v1/sandboxes/{BOX}": lambda box: box.kill(),
    "DELETE /v1/snapshots/snap": delete_snapshot,
    "DELETE /v1/templates/temp": delete_template,
    f"DELETE /at/{BOX}/44772/session/s1": lambda box: box.commands.delete_session("s1"),
    f"DELETE /at/{BOX}/44772/code/contexts/c1": lambda box: box.code.contexts.delete("c1"),
    f"DELETE /at/{BOX}/44772/pty/p1": lambda box: box.pty.delete("p1"),
}


@pytest.mark.parametrize("route", DELETIONS)
def test_a_deletion_that_was_done_before_its_answer_was_lost_is_done(
    deployment: Deployment, route: str
) -> None:
    call = DELETIONS[route]
    with attach(deployment, retry_policy=AT_ONCE) as box:
        for lost in LOST.values():
            for gone in (GONE, answer(410, {"code": "GONE", "message": "expired"})):
                deployment.script(route, lost, [gone])
                call(box)
        for error, kind in ((404, SandboxNotFoundException), (410, SandboxGoneException)):
            deployment.script(route, [answer(error, {"code": "GONE", "message": "no such thing"})])
            with pytest.raises(kind):
                call(box)


@pytest.mark.parametrize("begun", [answer(429, b"", retry_after=0), answer(503, b"", retry_after=0)])
def test_an_answer_that_says_nothing_was_begun_is_not_lost(deployment: Deployment, begun: bytes) -> None:
    with attach(deployment, retry_policy=AT_ONCE) as box:
        deployment.script(f"DELETE /v1/sandboxes/{BOX}", [begun], [GONE])
        with pytest.raises(SandboxNotFoundException):
            box.kill()


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
def test_a_state_that_was_reached_before_the_answer_was_lost_is_reached(
    deployment: Deployment, wish: str, state: str, done: bool
) -> None:
    route = f"POST /v1/sandboxes/{BOX}/{wish}"
    conflict = answer(409, {"code": "SANDBOX_STATE", "message": "already"})
    with attach(deployment, retry_policy=POSTS_TOO) as box:
        manager = SandboxManagerSync.create(box.connection_config)
        call = manager.pause_sandbox if wish == "pause" else manager.resume_sandbox
        deployment.enter(BOX, state)
        deployment.script(route, [answer(502)], [conflict])
        if done:
            call(BOX)
        else:
            with pytest.raises(SandboxConflictException):
                call(BOX)
        deployment.script(route, [conflict])
        with pytest.raises(SandboxConflictException):
            call(BOX)
        manager.close()
