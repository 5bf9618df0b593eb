"""Sandboxes that live as long as a block, on a server that can be made to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConflictException,
    SandboxGoneException,
    SandboxNotFoundException,
    SandboxReadyTimeoutException,
    SandboxTerminatedException,
)
from opensandbox.models import SandboxState
from tests._async.attaching import BOX, attach, config_for
from tests.support.deployment import Deployment
from tests.support.faults import HOLD, answer
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

RENEW = f"POST /v1/sandboxes/{BOX}/renew-expiration"
RECORD = f"GET /v1/sandboxes/{BOX}"


def error(status: int, code: str = "CODE") -> bytes:
    return answer(status, {"code": code, "message": "no"})


def ephemeral(deployment: Deployment, **options: Any) -> Any:
    return Sandbox.ephemeral(
        "ubuntu", connection_config=config_for(deployment), skip_health_check=True, **options
    )


@pytest.fixture
async def sandbox(deployment: Deployment) -> AsyncIterator[Sandbox]:
    async with await attach(deployment) as sandbox:
        yield sandbox


async def test_an_ephemeral_sandbox_lives_as_long_as_its_block(deployment: Deployment) -> None:
    async with ephemeral(deployment, metadata={"case": "block"}) as sandbox:
        assert (await sandbox.get_info()).metadata == {"case": "block"}
    assert deployment.alive == {}


async def test_it_is_destroyed_when_the_block_fails_and_the_failure_is_what_the_caller_sees(
    deployment: Deployment,
) -> None:
    deployment.script("DELETE /v1/sandboxes/*", [error(500)])
    with pytest.raises(ZeroDivisionError):
        async with ephemeral(deployment):
            raise ZeroDivisionError
    assert [request.method for request in deployment.requests][-1] == "DELETE"
    deployment.alive.clear()


async def test_a_sandbox_that_is_gone_already_is_no_error_at_the_end(deployment: Deployment) -> None:
    async with ephemeral(deployment) as sandbox:
        await sandbox.kill()
    assert deployment.alive == {}


async def test_one_that_cannot_be_destroyed_is_an_error_at_the_end(deployment: Deployment) -> None:
    deployment.script("DELETE /v1/sandboxes/*", [error(409)])
    with pytest.raises(SandboxConflictException):
        async with ephemeral(deployment):
            pass
    deployment.alive.clear()


async def test_a_failing_creation_is_told_by_the_block(deployment: Deployment) -> None:
    with pytest.raises(InvalidArgumentException, match="timeout must be at least 60 s"):
        async with ephemeral(deployment, timeout=1):
            pytest.fail("there is no sandbox")
    assert deployment.requests == []


async def test_a_sandbox_is_renewed_at_once_and_as_long_as_the_block_lasts(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    def renewals() -> list[datetime]:
        sent = [request.json for request in deployment.requests if request.line == RENEW]
        return [datetime.fromisoformat(body["expiresAt"]) for body in sent]

    before = datetime.now(UTC)
    async with sandbox.keep_alive(timedelta(seconds=90), interval=0.02) as lease:
        assert len(renewals()) >= 1
        await async_until(lambda: len(renewals()) >= 4)
    assert lease.failure is None
    assert before + timedelta(seconds=90) <= renewals()[0] < renewals()[-1]
    assert not lease._worker.alive


async def test_renewals_go_on_after_a_failure_that_passes(deployment: Deployment, sandbox: Sandbox) -> None:
    deployment.script(RENEW, [answer(200, {"expiresAt": "2026-01-02T03:04:05Z"})], [error(503)], [error(500)])
    async with sandbox.keep_alive(90, interval=0.01) as lease:
        await async_until(lambda: sum(request.line == RENEW for request in deployment.requests) >= 4)
        assert lease.failure is None


@pytest.mark.parametrize(
    ("status", "kind"), [(404, SandboxNotFoundException), (410, SandboxGoneException)], ids=str
)
async def test_renewals_end_with_the_sandbox_and_tell_why(
    deployment: Deployment, sandbox: Sandbox, status: int, kind: type[Exception]
) -> None:
    deployment.script(RENEW, [answer(200, {"expiresAt": "2026-01-02T03:04:05Z"})], [error(status)])
    async with sandbox.keep_alive(90, interval=0.01) as lease:
        await async_until(lambda: lease.failure is not None)
        await async_until(lambda: not lease._worker.alive)
    assert isinstance(lease.failure, kind)


async def test_a_sandbox_that_cannot_be_renewed_at_all_is_told_by_the_block(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    deployment.script(RENEW, [error(409, "DOCKER::INVALID_EXPIRATION")])
    with pytest.raises(SandboxConflictException):
        async with sandbox.keep_alive(90):
            pytest.fail("it is not kept alive")


async def test_an_interval_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(InvalidArgumentException, match=r"interval must be shorter than timeout \(60 s\)"):
        sandbox.keep_alive(60, interval=60)


async def test_a_paused_sandbox_goes_on_with_the_same_object(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    assert (await sandbox.commands.run("make")).exit_code == 0
    await sandbox.pause()
    deployment.requests.clear()
    await sandbox.resume_in_place()
    assert (await sandbox.commands.run("make")).exit_code == 0
    lines = [request.line.partition("?")[0] for request in deployment.requests]
    # The address is looked up again: it may have changed.
    assert lines[:2] == [f"POST /v1/sandboxes/{BOX}/resume", f"GET /v1/sandboxes/{BOX}/endpoints/44772"]
    assert lines[2:] == [f"GET /at/{BOX}/44772/ping", f"POST /at/{BOX}/44772/command"]


@pytest.mark.parametrize("wanted", [SandboxState.PAUSED, "paused"])
async def test_a_state_is_waited_for(deployment: Deployment, sandbox: Sandbox, wanted: str) -> None:
    record = deployment.alive[BOX]
    record["status"] = {"state": "Pausing"}
    paused = answer(200, {**record, "status": {"state": "Paused"}})
    deployment.script(RECORD, [answer(200, record)], [answer(200, record)], [paused])
    info = await sandbox.wait_for_state(wanted, polling_interval=0.01)
    assert info.status.state == "Paused"


async def test_a_misspelt_state_is_not_waited_for(deployment: Deployment, sandbox: Sandbox) -> None:
    deployment.requests.clear()
    with pytest.raises(
        InvalidArgumentException, match="state: unknown state 'Pasued'; did you mean 'Paused'"
    ):
        await sandbox.wait_for_state("Pasued")
    assert deployment.requests == []


@pytest.mark.parametrize("state", ["Terminated", "Failed"])
async def test_one_that_is_over_is_not_waited_for(
    deployment: Deployment, sandbox: Sandbox, state: str
) -> None:
    deployment.alive[BOX]["status"] = {"state": state, "reason": "CONTAINER_EXITED", "message": "it ended"}
    with pytest.raises(SandboxTerminatedException, match="CONTAINER_EXITED: it ended") as caught:
        await sandbox.wait_for_state(SandboxState.PAUSED)
    assert caught.value.info is not None
    assert caught.value.info.status.state == state


@pytest.mark.parametrize(
    ("status", "kind"), [(404, SandboxNotFoundException), (410, SandboxGoneException)], ids=str
)
async def test_one_that_the_server_forgot_is_not_waited_for(
    deployment: Deployment, sandbox: Sandbox, status: int, kind: type[Exception]
) -> None:
    deployment.script(RECORD, [error(status)])
    with pytest.raises(kind):
        await sandbox.wait_for_state(SandboxState.PAUSED)


async def test_the_wait_looks_over_what_passes_and_ends_with_its_time(
    deployment: Deployment, sandbox: Sandbox
) -> None:
    deployment.script(RECORD, [error(503)])
    with pytest.raises(SandboxReadyTimeoutException, match="in state Paused was not there") as caught:
        await sandbox.wait_for_state(SandboxState.PAUSED, timeout=0.3, polling_interval=0.02)
    assert "503" in str(caught.value.__cause__)


async def test_a_look_that_hangs_does_not_outlast_the_request_timeout(deployment: Deployment) -> None:
    deployment.script(RECORD, [HOLD])
    async with await attach(deployment, request_timeout=0.3) as sandbox:
        info = await sandbox.wait_for_state(SandboxState.RUNNING, timeout=5, polling_interval=0.02)
    assert info.id == BOX
