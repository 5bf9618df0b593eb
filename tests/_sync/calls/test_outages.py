# Generated from tests/_async/calls/test_outages.py by scripts/unasync.py. Do not edit.
"""Calls into a sandbox that nobody answers: the server is asked for its state, and the failure names the real reason."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxSync
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
from tests._sync.attaching import AT_ONCE, BOX, LOOKUP, attach, config_for
from tests.support.deployment import INIT, STREAM_HEAD, TOKEN, Deployment
from tests.support.faults import FIN, HOLD, RST, Script, answer, chunk

STATE = f"GET /v1/sandboxes/{BOX}"
DAEMON = f"* /at/{BOX}/44772/**"
GATEWAY = answer(502, {"code": "BACKEND_CONNECTION_FAILED", "message": "nobody listens"})
REASON = "the main program ended with exit status 3"
NOT_PUBLISHED = {"code": "KUBERNETES::POD_IP_NOT_AVAILABLE", "message": "no address yet"}


def _run(box: SandboxSync) -> None:
    box.commands.run("make")


def _stream(box: SandboxSync) -> None:
    with box.commands.stream("make") as events:
        for _ in events:
            pass


def _background(box: SandboxSync) -> None:
    box.commands.run("make", opts=RunCommandOpts(background=True))


def _session(box: SandboxSync) -> None:
    box.commands.create_session()


def _code(box: SandboxSync) -> None:
    box.code.run("1 + 1")


def _read(box: SandboxSync) -> None:
    box.files.read_file("/file")


def _write(box: SandboxSync) -> None:
    box.files.write_file("/file", b"content")


def _info_as_somebody(box: SandboxSync) -> None:
    box.files_with_identity(1000, 1000).get_file_info(["/file"])


def _terminal(box: SandboxSync) -> None:
    box.pty.open("sh")


def _attached(box: SandboxSync) -> None:
    box.pty.attach("terminal")  # the WebSocket itself


def _metrics(box: SandboxSync) -> None:
    box.get_metrics()


def _egress(box: SandboxSync) -> None:
    box.get_egress_policy()


def _ready(box: SandboxSync) -> None:
    box.check_ready(timedelta(seconds=60), timedelta(milliseconds=50))


CALLS: list[Callable[[SandboxSync], None]] = [
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
def test_a_sandbox_that_is_over_is_told_with_its_reason_and_nothing_is_repeated(
    deployment: Deployment, closed_port: str, call: Callable[[SandboxSync], None], proxied: bool
) -> None:
    retries: list[object] = []
    policy = replace(RetryPolicy(), on_retry=retries.append)
    deployment.add(BOX)
    if not proxied:
        deployment.always(f"GET /v1/sandboxes/{BOX}/endpoints/*", leads_to(closed_port))
    for method in ("GET", "POST", "PUT", "DELETE"):
        deployment.always(DAEMON.replace("*", method, 1).replace("44772", "*"), [GATEWAY])
    deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
    with SandboxSync(BOX, connection_config=config_for(deployment, retry_policy=policy)) as box:
        with pytest.raises(SandboxTerminatedException, match=REASON) as caught:
            call(box)
    assert "is Failed and answers no more" in str(caught.value)
    assert caught.value.info is not None
    assert caught.value.info.status.reason == "CONTAINER_EXITED_ERROR"
    assert not caught.value.is_retryable
    assert not retries
    assert states(deployment) == 1


@pytest.mark.parametrize("how", ["create", "connect", "connect without a health check"])
def test_whoever_begins_with_a_sandbox_that_is_over_learns_it_at_once(
    deployment: Deployment, how: str
) -> None:
    number = "sbx-1" if how == "create" else BOX
    deployment.always(f"GET /at/{number}/44772/ping", [GATEWAY])
    deployment.always(f"GET /v1/sandboxes/{number}", [answer(200, _failed(number))])

    def begin() -> None:
        config = config_for(deployment)
        match how:
            case "create":
                SandboxSync.create("ubuntu", connection_config=config, ready_timeout=600)
            case "connect":
                SandboxSync.connect(BOX, config, connect_timeout=600)
            case _:
                SandboxSync.connect(BOX, config, connect_timeout=600, skip_health_check=True)

    if how != "create":
        deployment.add(BOX)
    if how == "connect without a health check":
        deployment.always(LOOKUP, [answer(404, NOT_PUBLISHED)])
    with pytest.raises(SandboxTerminatedException, match=REASON):
        begin()
    assert set(deployment.alive) == (set() if how == "create" else {BOX})
    assert sum("/ping" in line for line in deployment.lines()) <= 1


def _failed(sandbox_id: str) -> dict[str, Any]:
    return {
        "id": sandbox_id,
        "status": {"state": "Failed", "reason": "CONTAINER_EXITED_ERROR", "message": REASON},
        "createdAt": "2026-01-02T03:04:05Z",
        "entrypoint": ["false"],
    }


def test_a_health_check_of_the_caller_ends_with_the_sandbox_as_well(deployment: Deployment) -> None:
    def no(box: SandboxSync) -> bool:
        return False

    def call(box: SandboxSync) -> bool:
        box.files.read_file("/ready")
        return True

    deployment.always(f"GET /at/{BOX}/44772/files/download", [GATEWAY])
    deployment.add(BOX)
    deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
    for check in (no, call):
        with pytest.raises(SandboxTerminatedException, match=REASON):
            SandboxSync.connect(BOX, config_for(deployment), check, connect_timeout=600)


def test_a_sandbox_that_starts_slowly_is_asked_for_its_state_now_and_then(
    deployment: Deployment,
) -> None:
    deployment.script(f"GET /at/{BOX}/44772/ping", *([[GATEWAY]] * 9))
    deployment.add(BOX)
    with SandboxSync.connect(BOX, config_for(deployment), health_check_polling_interval=0.01):
        assert sum("/ping" in line for line in deployment.lines()) == 10
        assert states(deployment) < 9


def test_a_sandbox_that_runs_keeps_the_failure(deployment: Deployment, closed_port: str) -> None:
    deployment.add(BOX)
    deployment.always(LOOKUP, leads_to(closed_port))
    with SandboxSync(BOX, connection_config=config_for(deployment, retry_policy=AT_ONCE)) as box:
        with pytest.raises(SandboxConnectionException, match="cannot reach"):
            box.files.get_file_info(["/file"])
    assert states(deployment) == 2  # before the first repetition, and at the end


@pytest.mark.parametrize("trouble", [[answer(500)], [RST], [FIN], [answer(200, b"nonsense")], [answer(403)]])
def test_a_state_that_cannot_be_had_changes_nothing(deployment: Deployment, trouble: Script) -> None:
    deployment.always(STATE, trouble)
    deployment.always(f"POST /at/{BOX}/44772/command", [GATEWAY])
    with attach(deployment) as box:
        with pytest.raises(SandboxUnavailableException, match="nobody listens"):
            box.commands.run("make")


def test_a_sandbox_that_is_gone_is_not_found(deployment: Deployment, closed_port: str) -> None:
    deployment.always(LOOKUP, leads_to(closed_port))
    with attach(deployment) as box:
        deployment.alive.clear()
        with pytest.raises(SandboxNotFoundException, match="not found") as caught:
            box.files.read_file("/file")
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
def test_a_route_that_nobody_knows_is_told_by_what_became_of_the_sandbox(
    deployment: Deployment,
    call: Callable[[SandboxSync], None],
    state: str | None,
    kind: type[SandboxException],
) -> None:
    for method in ("GET", "POST"):
        deployment.always(DAEMON.replace("*", method, 1), [answer(404, b"404 page not found")])
    with attach(deployment) as box:
        if state is None:
            deployment.alive.clear()
        else:
            deployment.enter(BOX, state)
        with pytest.raises(SandboxException) as caught:
            call(box)
    assert type(caught.value) is kind
    assert states(deployment) == 1


def test_an_answer_that_the_program_itself_gives_is_not_doubted(deployment: Deployment) -> None:
    deployment.always(f"GET /at/{BOX}/44772/files/download", [answer(404, {"code": "FILE_NOT_FOUND"})])
    deployment.always(f"POST /at/{BOX}/44772/command", [answer(400, {"code": "X", "message": "no"})])
    with attach(deployment) as box:
        for call in (_read, _run):
            with pytest.raises(SandboxException):
                call(box)
    assert not states(deployment)


@pytest.mark.parametrize("state", ["Paused", "Pausing"])
@pytest.mark.parametrize("call", [_run, _session, _read, _write, _code, _terminal, _attached])
def test_a_time_out_in_a_paused_sandbox_names_the_way_out(
    deployment: Deployment, call: Callable[[SandboxSync], None], state: str
) -> None:
    for method in ("GET", "POST"):
        deployment.always(DAEMON.replace("*", method, 1), [HOLD])
    with attach(deployment, request_timeout=0.2) as box:
        deployment.enter(BOX, state)
        with pytest.raises(SandboxTimeoutException) as caught:
            call(box)
    assert "timed out (" in str(caught.value)
    assert f"sandbox {BOX} is {state}: Sandbox.resume({BOX!r})" in str(caught.value)
    assert "raise request_timeout" not in str(caught.value)


def test_a_stream_that_falls_silent_in_a_paused_sandbox_says_so(deployment: Deployment) -> None:
    deployment.always(f"POST /at/{BOX}/44772/command", [STREAM_HEAD, chunk(INIT), HOLD])
    with attach(deployment) as box:
        deployment.enter(BOX, "Paused")
        with pytest.raises(StreamTimeoutException, match=r"is Paused: Sandbox\.resume") as caught:
            box.commands.run("make", idle_timeout=0.2)
    assert caught.value.execution is not None
    assert caught.value.execution.id == "ex-1"


def test_a_stream_that_breaks_with_its_sandbox_keeps_what_came(deployment: Deployment) -> None:
    deployment.always(f"POST /at/{BOX}/44772/command", [STREAM_HEAD, chunk(INIT), RST])
    with attach(deployment) as box:
        deployment.enter(BOX, "Failed", "CONTAINER_EXITED_ERROR", REASON)
        with pytest.raises(IncompleteStreamException, match=REASON) as caught:
            box.commands.run("make")
    assert caught.value.execution is not None
    assert caught.value.execution.id == "ex-1"


def test_waiting_for_a_paused_sandbox_ends_with_the_way_out(deployment: Deployment) -> None:
    deployment.always(f"GET /at/{BOX}/44772/ping", [HOLD])
    deployment.add(BOX)
    deployment.enter(BOX, "Paused")
    with pytest.raises(SandboxReadyTimeoutException, match=r"is Paused: Sandbox\.resume"):
        SandboxSync.connect(BOX, config_for(deployment), connect_timeout=0.4)
