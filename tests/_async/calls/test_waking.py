"""A gateway that gave up waiting for a paused sandbox, and sent nothing on: the request is sent again, whatever it was."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxUnavailableException, SandboxWakeTimeoutException
from opensandbox.models import EndpointRoute, WriteEntry
from opensandbox.transport import RetryAsyncTransport, RetryCause, RetryEvent, RetryPolicy
from tests._async.attaching import BOX, attach
from tests.support.deployment import CONTENT, Deployment
from tests.support.faults import BEFORE_BODY, answer

pytestmark = pytest.mark.anyio

BODY = {"error": {"code": "sandbox_wake_timeout", "message": "", "sandboxId": BOX}}
ASLEEP = answer(503, BODY, opensandbox_wake="expired", retry_after=0, x_request_id="r")
BUSY = answer(503, {"code": "BUSY", "message": "later"}, retry_after=0, x_request_id="r")
PATIENT = RetryPolicy(max_retries=0)
"""Nothing is repeated, but a sandbox is waited for."""

AT = f"/at/{BOX}/44772"


class Pipe(io.RawIOBase):
    """A file that cannot be rewound."""

    def __init__(self, content: bytes) -> None:
        self._left = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._left.read(size)


async def run(sandbox: Sandbox) -> object:
    return (await sandbox.commands.run("true")).text


async def write(sandbox: Sandbox) -> object:
    return await sandbox.files.write_file("/a", "text")


async def write_a_file(sandbox: Sandbox) -> object:
    return await sandbox.files.write_files([WriteEntry(path="/a", data=io.BytesIO(b"x" * (2 << 20)))])


async def read(sandbox: Sandbox) -> object:
    return await sandbox.files.read_bytes("/a")


async def interrupt(sandbox: Sandbox) -> object:
    return await sandbox.commands.interrupt("ex-1")


async def renew(sandbox: Sandbox) -> object:
    return await sandbox.renew(timedelta(minutes=5))


async def ask_a_port(sandbox: Sandbox) -> object:
    async with sandbox.http(8000, EndpointRoute.direct()) as client:
        return (await client.post("/ping", content=b"body")).status_code


CALLS: dict[str, tuple[str, Callable[[Sandbox], Any], object]] = {
    "run": (f"POST {AT}/command", run, "grüße"),
    "write": (f"POST {AT}/files/upload", write, None),
    "write a file": (f"POST {AT}/files/upload", write_a_file, None),
    "read": (f"GET {AT}/files/download", read, CONTENT),
    "interrupt": (f"DELETE {AT}/command", interrupt, None),
    "renew": (f"POST /v1/sandboxes/{BOX}/renew-expiration", renew, ...),
    "port": (f"POST /at/{BOX}/8000/ping", ask_a_port, 200),
}


@pytest.mark.parametrize("call", CALLS)
async def test_what_never_arrived_is_sent_again(deployment: Deployment, call: str) -> None:
    route, act, outcome = CALLS[call]
    if call == "port":
        deployment.always(route, [answer(200)])
    deployment.script(route, [ASLEEP], [ASLEEP])
    async with await attach(deployment, retry_policy=PATIENT) as sandbox:
        result = await act(sandbox)
    assert outcome is ... or result == outcome
    sent = [request for request in deployment.requests if request.line == route]
    assert len(sent) == 3
    assert len({request.body for request in sent}) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_it_is_the_same_over_a_transport_of_the_callers_own(deployment: Deployment, call: str) -> None:
    route, act, outcome = CALLS[call]
    if call == "port":
        deployment.always(route, [answer(200)])
    deployment.script(route, [ASLEEP])
    async with httpx.AsyncHTTPTransport() as transport:
        sandbox = await attach(deployment, retry_policy=PATIENT, transport=transport)
        async with sandbox:
            result = await act(sandbox)
    assert outcome is ... or result == outcome
    assert deployment.lines().count(route) == 2


async def test_a_retry_transport_of_the_callers_own_follows_its_own_policy(deployment: Deployment) -> None:
    route = CALLS["run"][0]
    deployment.always(route, [ASLEEP])
    inner = httpx.AsyncHTTPTransport()
    policy = RetryPolicy(wake_max_attempts=2)
    async with (
        RetryAsyncTransport(inner, policy, owns_inner=True) as transport,
        await attach(deployment, transport=transport) as sandbox,
    ):
        with pytest.raises(SandboxWakeTimeoutException) as failed:
            await run(sandbox)
    assert failed.value.attempts == 2


async def test_a_body_that_can_be_read_once_is_sent_once(deployment: Deployment) -> None:
    route = CALLS["write"][0]
    deployment.script(route, [ASLEEP])
    async with await attach(deployment, retry_policy=PATIENT) as sandbox:
        with pytest.raises(SandboxUnavailableException):
            await sandbox.files.write_files([WriteEntry(path="/a", data=Pipe(b"once"))])
    assert deployment.lines().count(route) == 1


async def test_a_gateway_that_answers_before_it_has_read_an_upload_is_understood(
    deployment: Deployment,
) -> None:
    route = CALLS["write a file"][0]
    deployment.script(route, [BEFORE_BODY, ASLEEP])
    async with await attach(deployment, retry_policy=PATIENT) as sandbox:
        await write_a_file(sandbox)
    assert len(deployment.requests[-1].body) > 2 << 20


async def test_the_limit_is_told_with_how_often_and_how_long(deployment: Deployment) -> None:
    route = CALLS["run"][0]
    deployment.always(route, [ASLEEP])
    async with await attach(deployment, retry_policy=PATIENT) as sandbox:
        with pytest.raises(SandboxWakeTimeoutException, match="did not wake in time") as failed:
            await run(sandbox)
    failure = failed.value
    assert (failure.attempts, failure.request_id) == (5, "r")
    assert timedelta(0) < failure.waited < timedelta(seconds=60)
    assert b"sandbox_wake_timeout" in (failure.response_body or b"")
    assert deployment.lines().count(route) == 5
    assert deployment.lines()[-1] == route, "nobody asks for the state: the gateway has told it"


async def test_a_wait_that_does_not_fit_into_the_call_is_not_begun(deployment: Deployment) -> None:
    route = CALLS["run"][0]
    deployment.always(route, [answer(503, BODY, opensandbox_wake="expired", retry_after=50)])
    async with await attach(deployment, retry_policy=PATIENT) as sandbox:
        with pytest.raises(SandboxWakeTimeoutException):
            await sandbox.commands.run("true", request_timeout=20)
    assert deployment.lines().count(route) == 1


async def test_both_kinds_of_retry_have_their_own_budget(deployment: Deployment) -> None:
    events: list[RetryEvent] = []
    policy = RetryPolicy(
        max_retries=2, initial_backoff=timedelta(0), max_backoff=timedelta(0), on_retry=events.append
    )
    route = CALLS["read"][0]
    deployment.script(route, [BUSY], [ASLEEP], [BUSY], [ASLEEP], [ASLEEP])
    async with await attach(deployment, retry_policy=policy) as sandbox:
        assert await read(sandbox) == CONTENT
    told = [(event.attempt, event.retries_used, event.cause) for event in events]
    busy, asleep = RetryCause.STATUS_503, RetryCause.WAKE_TIMEOUT
    assert told == [(2, 0, busy), (3, 1, asleep), (4, 2, busy), (5, 3, asleep), (6, 4, asleep)]


async def test_a_503_without_the_marker_is_what_it_was(deployment: Deployment) -> None:
    route = CALLS["run"][0]
    deployment.always(route, [BUSY])
    async with await attach(deployment, retry_policy=RetryPolicy()) as sandbox:
        with pytest.raises(SandboxUnavailableException):
            await run(sandbox)
    assert deployment.lines().count(route) == 1


async def test_waiting_can_be_switched_off(deployment: Deployment) -> None:
    route = CALLS["run"][0]
    deployment.always(route, [ASLEEP])
    policy = RetryPolicy(max_retries=0, wake_retry_enabled=False)
    async with await attach(deployment, retry_policy=policy) as sandbox:
        with pytest.raises(SandboxUnavailableException):
            await run(sandbox)
    assert deployment.lines().count(route) == 1


async def test_whether_it_is_healthy_is_asked_once(deployment: Deployment) -> None:
    route = f"GET {AT}/ping"
    deployment.script(route, [answer(503, BODY, opensandbox_wake="expired", retry_after=5)])
    async with await attach(deployment, retry_policy=RetryPolicy()) as sandbox:
        assert not await sandbox.is_healthy()
        assert await sandbox.is_healthy()
    assert deployment.lines().count(route) == 2


async def test_a_sandbox_that_is_waited_for_may_wake_meanwhile(deployment: Deployment) -> None:
    deployment.add(BOX)
    deployment.script(f"GET {AT}/ping", [ASLEEP], [ASLEEP])
    config = ConnectionConfig(domain=deployment.address, trust_env=False)
    async with await Sandbox.connect(BOX, config) as sandbox:
        assert sandbox.id == BOX


async def test_a_terminal_is_opened_once_the_sandbox_is_awake(deployment: Deployment) -> None:
    deployment.always(f"GET {AT}/pty/t/ws", [ASLEEP])
    async with await attach(deployment, retry_policy=RetryPolicy(wake_max_attempts=3)) as sandbox:
        with pytest.raises(SandboxWakeTimeoutException) as failed:
            await sandbox.pty.attach("t")
    assert failed.value.attempts == 3
