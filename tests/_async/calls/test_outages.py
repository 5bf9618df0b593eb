"""Calls into a sandbox that nobody answers: the server is asked for its state, and the failure names the real reason."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox.exceptions import (
    IncompleteStreamException,
    SandboxConnectionException,
    SandboxException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxReadyTimeoutException,
    SandboxTerminatedException,
    SandboxTimeoutException,
    SandboxUnavailableException,
    StreamTimeoutException,
)
from opensandbox.models import RunCommandOpts
from opensandbox.transport import RetryPolicy
from tests._async.attaching import AT_ONCE, BOX, LOOKUP, attach, config_for
from tests.support.deployment import INIT, STREAM_HEAD, TOKEN, Deployment
from tests.support.faults import FIN, HOLD, RST, Script, answer, chunk

pytestmark = pytest.mark.anyio

STATE = f"GET /v1/sandboxes/{BOX}"
DAEMON = f"* /at/{BOX}/44772/**"
GATEWAY = answer(502, {"code": "BACKEND_CONNECTION_FAILED", "message": "nobody listens"})
REASON = "the main program ended with exit status 3"
NOT_PUBLISHED = {"code": "KUBERNETES::POD_IP_NOT_AVAILABLE", "message": "no address yet"}


async def _run(box: Sandbox) -> None:
    await box.commands.run("make")


async def _stream(box: Sandbox) -> None:
    async with box.commands.stream("make") as events:
        async for _ in events:
            pass


async def _background(box: Sandbox) -> None:
    await box.commands.run("make", opts=RunCommandOpts(background=True))


async def _session(box: Sandbox) -> None:
    await box.commands.create_session()


async def _code(box: Sandbox) -> None:
    await box.code.run("1 + 1")


async def _read(box: Sandbox) -> None:
    await box.files.read_file("/file")


async def _write(box: Sandbox) -> None:
    await box.files.write_file("/file", b"content")


async def _info_as_somebody(box: Sandbox) -> None:
    await box.files_with_identity(1000, 1000).get_file_info(["/file"])


async def _terminal(box: Sandbox) -> None:
    await box.pty.open("sh")


async def _attached(box: Sandbox) -> None:
    await box.pty.attach("terminal")  # the WebSocket itself


async def _metrics(box: Sandbox) -> None:
    await box.get_metrics()


async def _egress(box: Sandbox) -> None:
    await box.get_egress_policy()


async def _ready(box: Sandbox) -> None:
    await box.check_ready(timedelta(seconds=60), timedelta(milliseconds=50))


CALLS: list[Callable[[Sandbox], Awaitable[None]]] = [
    _run,
    _stream,
    _background,
    _session,
    _code,
    _read,
    _write,
    _info_as_somebody,
    _terminal,
    _attached,
    _metrics,
    _egress,
    _ready,
]


@pytest.fixture
def closed_port() -> Iterator[str]:
    """An address that refuses connections."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{nobody.getsockname()[1]}"


def leads_to(address: str) -> Script:
    """The answer to a lookup."""
    return [answer(200, {"endpoint": address, "headers": {"X-EXECD-ACCESS-TOKEN": TOKEN}})]


def states(deployment: Deployment) -> int:
    return deployment.lines().count(STATE)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("proxied", [False, True])
async def test_a_sandbox_that_is_over_is_told_with_its_reason_and_nothing_is_repeated(
    deployment: Deployment, closed_port: str, call: Callable[[Sandbox], Awaitable[None]], proxied: bool
) -> None:
    retries: list[object] = []
    policy = replace(RetryPolicy(), on_retry=retries.append)
    deployment.add(BOX)
    if not proxied:
        deployment.always(f"GET /v1/sandboxes/{BOX}/endpoints/*", leads_to(closed_port))
    for method in ("GET", "POST", "PUT", "DELETE"):
        deployment.always(DAEMON.replace("*", method, 1).replace("44772", "*"), [GATEWAY])
    deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
    async with Sandbox(BOX, connection_config=config_for(deployment, retry_policy=policy)) as box:
        with pytest.raises(SandboxTerminatedException, match=REASON) as caught:
            await call(box)
    assert "is Failed and answers no more" in str(caught.value)
    assert caught.value.info is not None
    assert caught.value.info.status.reason == "CONTAINER_EXITED_ERROR"
    assert not caught.value.is_retryable
    assert not retries
    assert states(deployment) == 1


@pytest.mark.parametrize("how", ["create", "connect", "connect without a health check"])
async def test_whoever_begins_with_a_sandbox_that_is_over_learns_it_at_once(
    deployment: Deployment, how: str
) -> None:
    number = "sbx-1" if how == "create" else BOX
    deployment.always(f"GET /at/{number}/44772/ping", [GATEWAY])
    deployment.always(f"GET /v1/sandboxes/{number}", [answer(200, _failed(number))])

    async def begin() -> None:
        config = config_for(deployment)
        match how:
            case "create":
                await Sandbox.create("ubuntu", connection_config=config, ready_timeout=600)
            case "connect":
                await Sandbox.connect(BOX, config, connect_timeout=600)
            case _:
                await Sandbox.connect(BOX, config, connect_timeout=600, skip_health_check=True)

    if how != "create":
        deployment.add(BOX)
    if how == "connect without a health check":
        deployment.always(LOOKUP, [answer(404, NOT_PUBLISHED)])
    with pytest.raises(SandboxTerminatedException, match=REASON):
        await begin()
    assert set(deployment.alive) == (set() if how == "create" else {BOX})
    assert sum("/ping" in line for line in deployment.lines()) <= 1


def _failed(sandbox_id: str) -> dict[str, Any]:
    return {
        "id": sandbox_id,
        "status": {"state": "Failed", "reason": "CONTAINER_EXITED_ERROR", "message": REASON},
        "createdAt": "2026-01-02T03:04:05Z",
        "entrypoint": ["false"],
    }


async def test_a_health_check_of_the_caller_ends_with_the_sandbox_as_well(deployment: Deployment) -> None:
    async def no(box: Sandbox) -> bool:
        return False

    async def call(box: Sandbox) -> bool:
        await box.files.read_file("/ready")
        return True

    deployment.always(f"GET /at/{BOX}/44772/files/download", [GATEWAY])
    deployment.add(BOX)
    deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
    for check in (no, call):
        with pytest.raises(SandboxTerminatedException, match=REASON):
            await Sandbox.connect(BOX, config_for(deployment), check, connect_timeout=600)


async def test_a_sandbox_that_starts_slowly_is_asked_for_its_state_now_and_then(
    deployment: Deployment,
) -> None:
    deployment.script(f"GET /at/{BOX}/44772/ping", *([[GATEWAY]] * 9))
    deployment.add(BOX)
    async with await Sandbox.connect(BOX, config_for(deployment), health_check_polling_interval=0.01):
        assert sum("/ping" in line for line in deployment.lines()) == 10
        assert states(deployment) < 9


async def test_a_sandbox_that_runs_keeps_the_failure(deployment: Deployment, closed_port: str) -> None:
    deployment.add(BOX)
    deployment.always(LOOKUP, leads_to(closed_port))
    async with Sandbox(BOX, connection_config=config_for(deployment, retry_policy=AT_ONCE)) as box:
        with pytest.raises(SandboxConnectionException, match="cannot reach"):
            await box.files.get_file_info(["/file"])
    assert states(deployment) == 2  # before the first repetition, and at the end


@pytest.mark.parametrize("trouble", [[answer(500)], [RST], [FIN], [answer(200, b"nonsense")], [answer(403)]])
async def test_a_state_that_cannot_be_had_changes_nothing(deployment: Deployment, trouble: Script) -> None:
    deployment.always(STATE, trouble)
    deployment.always(f"POST /at/{BOX}/44772/command", [GATEWAY])
    async with await attach(deployment) as box:
        with pytest.raises(SandboxUnavailableException, match="nobody listens"):
            await box.commands.run("make")


async def test_a_sandbox_that_is_gone_is_not_found(deployment: Deployment, closed_port: str) -> None:
    deployment.always(LOOKUP, leads_to(closed_port))
    async with await attach(deployment) as box:
        deployment.alive.clear()
        with pytest.raises(SandboxNotFoundException, match="not found") as caught:
            await box.files.read_file("/file")
    assert isinstance(caught.value.__cause__, SandboxConnectionException)


@pytest.mark.parametrize("call", [_code, _session, _terminal, _attached, _metrics, _info_as_somebody])
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("Running", SandboxNotSupportedException),
        ("Failed", SandboxTerminatedException),
        (None, SandboxNotFoundException),
    ],
)
async def test_a_route_that_nobody_knows_is_told_by_what_became_of_the_sandbox(
    deployment: Deployment,
    call: Callable[[Sandbox], Awaitable[None]],
    state: str | None,
    kind: type[SandboxException],
) -> None:
    for method in ("GET", "POST"):
        deployment.always(DAEMON.replace("*", method, 1), [answer(404, b"404 page not found")])
    async with await attach(deployment) as box:
        if state is None:
            deployment.alive.clear()
        else:
            deployment.enter(BOX, state)
        with pytest.raises(SandboxException) as caught:
            await call(box)
    assert type(caught.value) is kind
    assert states(deployment) == 1


async def test_an_answer_that_the_program_itself_gives_is_not_doubted(deployment: Deployment) -> None:
    deployment.always(f"GET /at/{BOX}/44772/files/download", [answer(404, {"code": "FILE_NOT_FOUND"})])
    deployment.always(f"POST /at/{BOX}/44772/command", [answer(400, {"code": "X", "message": "no"})])
    async with await attach(deployment) as box:
        for call in (_read, _run):
            with pytest.raises(SandboxException):
                await call(box)
    assert not states(deployment)


@pytest.mark.parametrize("state", ["Paused", "Pausing"])
@pytest.mark.parametrize("call", [_run, _session, _read, _write, _code, _terminal, _attached])
async def test_a_time_out_in_a_paused_sandbox_names_the_way_out(
    deployment: Deployment, call: Callable[[Sandbox], Awaitable[None]], state: str
) -> None:
    for method in ("GET", "POST"):
        deployment.always(DAEMON.replace("*", method, 1), [HOLD])
    async with await attach(deployment, request_timeout=0.2) as box:
        deployment.enter(BOX, state)
        with pytest.raises(SandboxTimeoutException) as caught:
            await call(box)
    assert "timed out (" in str(caught.value)
    assert f"sandbox {BOX} is {state}: Sandbox.resume({BOX!r})" in str(caught.value)
    assert "raise request_timeout" not in str(caught.value)


async def test_a_stream_that_falls_silent_in_a_paused_sandbox_says_so(deployment: Deployment) -> None:
    deployment.always(f"POST /at/{BOX}/44772/command", [STREAM_HEAD, chunk(INIT), HOLD])
    async with await attach(deployment) as box:
        deployment.enter(BOX, "Paused")
        with pytest.raises(StreamTimeoutException, match=r"is Paused: Sandbox\.resume") as caught:
            await box.commands.run("make", idle_timeout=0.2)
    assert caught.value.execution is not None
    assert caught.value.execution.id == "ex-1"


async def test_a_stream_that_breaks_with_its_sandbox_keeps_what_came(deployment: Deployment) -> None:
    deployment.always(f"POST /at/{BOX}/44772/command", [STREAM_HEAD, chunk(INIT), RST])
    async with await attach(deployment) as box:
        deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
        with pytest.raises(IncompleteStreamException, match=REASON) as caught:
            await box.commands.run("make")
    assert caught.value.execution is not None
    assert caught.value.execution.id == "ex-1"


async def test_waiting_for_a_paused_sandbox_ends_with_the_way_out(deployment: Deployment) -> None:
    deployment.always(f"GET /at/{BOX}/44772/ping", [HOLD])
    deployment.add(BOX)
    deployment.enter(BOX, "Paused")
    with pytest.raises(SandboxReadyTimeoutException, match=r"is Paused: Sandbox\.resume"):
        await Sandbox.connect(BOX, config_for(deployment), connect_timeout=0.4)
