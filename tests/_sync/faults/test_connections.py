# Generated from tests/_async/faults/test_connections.py by scripts/unasync.py. Do not edit.
"""Connections that die, stall or trickle: what is sent once more, what never is, and that no call outlasts its time."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import monotonic
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxTimeoutException,
)
from tests._sync.attaching import AT_ONCE, BOX, LOOKUP, attach, config_for
from tests._sync.leaks import connections_in_use
from tests._sync.operations import DOWNLOAD, GET, OPERATIONS, POST, STREAM, UPLOAD, Operation
from tests.support.deployment import CONTENT, Deployment
from tests.support.faults import (
    APP,
    BEFORE_BODY,
    FIN,
    FIN_ON_NEXT,
    HOLD,
    RST,
    RST_ON_NEXT,
    Act,
    Drip,
    Gate,
    Script,
    answer,
    head,
)

SHORT = timedelta(seconds=0.2)
SOON = 10.0
"""Seconds within which a call that may take `SHORT` has to end."""

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


@pytest.mark.parametrize("end", [FIN_ON_NEXT, RST_ON_NEXT])
@every_operation
def test_request_that_meets_a_dying_idle_connection_is_sent_once_more(
    deployment: Deployment, operation: Operation, end: Act
) -> None:
    deployment.script(LOOKUP, [APP, end])
    with attach(deployment) as sandbox:
        assert operation.call(sandbox) == operation.result
        assert not connections_in_use()
    assert deployment.lines().count(operation.route) == 1
    assert [request.connection for request in deployment.requests] == [1, 2]


@pytest.mark.parametrize("end", [FIN, RST])
@every_operation
def test_request_that_was_read_on_a_reused_connection_which_then_died_is_sent_once_more(
    deployment: Deployment, operation: Operation, end: Act
) -> None:
    deployment.script(operation.route, [end])
    with attach(deployment) as sandbox:
        assert operation.call(sandbox) == operation.result
    assert [request.connection for request in deployment.requests if request.line == operation.route] == [
        1,
        2,
    ]


@pytest.mark.parametrize("end", [FIN, RST])
@every_operation
def test_request_whose_answer_had_begun_is_not_sent_again(
    deployment: Deployment, operation: Operation, end: Act
) -> None:
    deployment.script(operation.route, [b"H", end])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxConnectionException, match="broke") as caught:
            operation.call(sandbox)
        assert caught.value.is_retryable is (operation.method == "GET")
        assert not connections_in_use()
    assert deployment.lines().count(operation.route) == 1


@pytest.mark.parametrize("end", [FIN, RST])
@every_operation
def test_request_that_died_on_a_fresh_connection_is_not_sent_again_without_a_policy(
    deployment: Deployment, operation: Operation, end: Act
) -> None:
    deployment.script(LOOKUP, [APP, FIN])
    deployment.script(operation.route, [end])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxConnectionException, match="broke"):
            operation.call(sandbox)
    assert deployment.lines().count(operation.route) == 1


@every_operation
def test_policy_repeats_only_what_cannot_have_changed_anything(
    deployment: Deployment, operation: Operation
) -> None:
    deployment.script(LOOKUP, [APP, FIN])
    deployment.script(operation.route, [RST], [RST], [answer(503)])
    with attach(deployment, retry_policy=AT_ONCE) as sandbox:
        if operation.method == "GET":
            assert operation.call(sandbox) == operation.result
            assert deployment.lines().count(operation.route) == 4
        else:
            with pytest.raises(SandboxConnectionException):
                operation.call(sandbox)
            assert deployment.lines().count(operation.route) == 1


def test_server_whose_idle_connections_always_die_is_given_up(deployment: Deployment) -> None:
    deployment.always(LOOKUP, [APP])
    deployment.always(GET.route, [RST])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxConnectionException):
            sandbox.get_info()
    # Once on the connection of the lookup, once on a fresh one.
    assert deployment.lines().count(GET.route) == 2


@pytest.mark.parametrize(
    ("operation", "script"),
    [
        pytest.param(GET, [HOLD], id="get, silence"),
        pytest.param(GET, [Drip(head(200, x="y" * 50), every=0.03), HOLD], id="get, slow head"),
        pytest.param(GET, [head(200, content_length=99), Drip(b" " * 99, every=0.03)], id="get, slow body"),
        pytest.param(POST, [HOLD], id="post, silence"),
        pytest.param(STREAM, [HOLD], id="stream, silence before its head"),
        pytest.param(UPLOAD, [HOLD], id="upload, silence"),
        pytest.param(DOWNLOAD, [head(200, content_length=9), HOLD], id="download, silence in the body"),
    ],
)
def test_silence_and_trickles_end_with_the_request_timeout(
    deployment: Deployment, operation: Operation, script: Script
) -> None:
    deployment.script(operation.route, script)
    with attach(deployment, request_timeout=SHORT) as sandbox:
        start = monotonic()
        with pytest.raises(SandboxTimeoutException, match="request_timeout"):
            operation.call(sandbox)
        assert monotonic() - start < SOON
        assert not connections_in_use()


def test_error_status_is_told_although_its_body_does_not_come(deployment: Deployment) -> None:
    deployment.script(GET.route, [head(500, content_length=99), HOLD])
    with attach(deployment, request_timeout=SHORT) as sandbox:
        start = monotonic()
        with pytest.raises(SandboxApiException, match="answered 500"):
            sandbox.get_info()
        assert monotonic() - start < SOON
        assert not connections_in_use()


def test_slow_download_ends_with_its_timeout(deployment: Deployment) -> None:
    trickle: Script = [head(200, content_length=999), Drip(b"x" * 999, every=0.03)]
    deployment.script(DOWNLOAD.route, trickle)
    with attach(deployment) as sandbox:
        start = monotonic()
        with pytest.raises(SandboxTimeoutException):
            sandbox.files.read_bytes("/file", timeout=SHORT)
        assert monotonic() - start < SOON
        assert not connections_in_use()


def test_upload_to_a_server_that_does_not_read_ends_with_the_request_timeout(
    deployment: Deployment,
) -> None:
    gate = Gate(deaf=True)
    deployment.script(UPLOAD.route, [BEFORE_BODY, gate, HOLD])
    with attach(deployment, request_timeout=SHORT) as sandbox:
        start = monotonic()
        with pytest.raises(SandboxTimeoutException):
            sandbox.files.write_file("/file", b"x" * (32 << 20))
        assert monotonic() - start < SOON
        assert not connections_in_use()
    gate.open()


def test_refusal_of_an_upload_is_read_although_the_body_was_not_taken(deployment: Deployment) -> None:
    deployment.script(UPLOAD.route, [BEFORE_BODY, answer(413, {"code": "TOO_LARGE", "message": "no"}), FIN])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxException) as caught:
            sandbox.files.write_file("/file", b"x" * (8 << 20))
    assert caught.value.code == "TOO_LARGE"


@pytest.mark.parametrize("sent", [CONTENT[:7], b""])
def test_download_that_ends_early_raises(deployment: Deployment, sent: bytes) -> None:
    deployment.script(DOWNLOAD.route, [head(200, content_length=len(CONTENT)), sent, FIN])
    with attach(deployment) as sandbox:
        with pytest.raises(SandboxConnectionException, match="broke"):
            sandbox.files.read_bytes("/file")
        assert not connections_in_use()


def test_pieces_of_a_download_that_is_left_early_give_the_connection_back(
    deployment: Deployment,
) -> None:
    deployment.script(DOWNLOAD.route, [head(200, content_length=999), b"x" * 99, HOLD])
    with attach(deployment) as sandbox:
        pieces = sandbox.files.read_bytes_stream("/file", chunk_size=10)
        assert next(pieces) == b"x" * 10
        assert len(connections_in_use()) == 1
        pieces.close()
        assert not connections_in_use()


def test_close_twice_and_use_after_close_reconnects(deployment: Deployment) -> None:
    sandbox = attach(deployment)
    sandbox.close()
    sandbox.close()
    assert GET.call(sandbox) == BOX
    sandbox.close()
    assert deployment.connections == 2


def test_sandboxes_of_equal_settings_share_a_connection(deployment: Deployment) -> None:
    first = attach(deployment)
    second = SandboxSync(BOX, connection_config=config_for(deployment))
    assert GET.call(second) == BOX
    first.close()
    assert GET.call(second) == BOX
    second.close()
    assert deployment.connections == 1


def test_address_at_which_nobody_listens_any_more_is_looked_up_again(deployment: Deployment) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = f"127.0.0.1:{nobody.getsockname()[1]}"
        deployment.script(LOOKUP, [answer(200, {"endpoint": gone})])
        with attach(deployment) as sandbox:
            with pytest.raises(SandboxConnectionException, match=f"cannot reach {gone} for"):
                sandbox.commands.run("make")
            assert (sandbox.commands.run("make")).exit_code == 0
    assert deployment.lines().count(LOOKUP) == 2


def test_address_is_looked_up_once_by_however_many_calls(deployment: Deployment) -> None:
    with attach(deployment) as sandbox:
        for _ in range(3):
            sandbox.commands.run("make")
            sandbox.files.read_bytes("/file")
    assert deployment.lines().count(LOOKUP) == 1
