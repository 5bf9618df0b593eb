"""Every public exception as a caller meets it: its message names the thing and the way out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from opensandbox import exceptions
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    CommandFailedException,
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    MalformedEventException,
    NoEventStreamException,
    SandboxApiException,
    SandboxConflictException,
    SandboxConnectionException,
    SandboxException,
    SandboxForbiddenException,
    SandboxGoneException,
    SandboxInternalException,
    SandboxInvalidRequestException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxRateLimitException,
    SandboxReadyTimeoutException,
    SandboxTimeoutException,
    SandboxUnauthenticatedException,
    SandboxUnavailableException,
    StreamTimeoutException,
)
from opensandbox.sync import SandboxSync
from opensandbox.transport import RetryPolicy
from tests.support.deployment import COMPLETE, INIT, OUTPUT, STREAM_HEAD, Deployment, event, stream_answer
from tests.support.faults import FIN, HOLD, Script, answer, chunk

NOT_RAISED_YET = {
    # These come with pools.
    "PoolAcquireFailedException",
    "PoolDestroyIncompleteException",
    "PoolDestroyedException",
    "PoolEmptyException",
    "PoolNotRunningException",
    "PoolStateStoreContentionException",
    "PoolStateStoreUnavailableException",
    "SandboxUnhealthyException",
    # These come with kernels, terminals and samples that are watched.
    "CodeFailedException",
    "SampleFailedException",
    "TerminalException",
    "TerminalTakenOverException",
    # These come with states that are waited for.
    "SandboxTerminatedException",
    "SnapshotFailedException",
    "TemplateFailedException",
}
"""A list that has to shrink: whoever builds the feature moves its exceptions to `SCENES`."""

RECORD = "GET /v1/sandboxes/box"
COMMAND = "POST /at/box/44772/command"
DOWNLOAD = "GET /at/box/44772/files/download"
FAILED = event(
    type="error", error={"ename": "CommandExecError", "evalue": "3", "traceback": ["exit status 3"]}
)


class Scene(NamedTuple):
    """What the server does, what the caller does, and what the message has to say."""

    route: str
    script: Script
    call: Callable[[SandboxSync], Any]
    says: tuple[str, ...]


def read(sandbox: SandboxSync) -> Any:
    return sandbox.get_info()


def run(sandbox: SandboxSync) -> Any:
    return sandbox.commands.run("make all")


def run_checked(sandbox: SandboxSync) -> Any:
    return sandbox.commands.run("make all", check=True)


def run_impatiently(sandbox: SandboxSync) -> Any:
    return sandbox.commands.run("make all", idle_timeout=0.1)


def run_blank(sandbox: SandboxSync) -> Any:
    return sandbox.commands.run("  ")


def wait_for_it(sandbox: SandboxSync) -> Any:
    return sandbox.check_ready(0.2, 0.05)


def read_impatiently(sandbox: SandboxSync) -> Any:
    return sandbox.files.read_bytes("/file", timeout=0.1)


def use_a_stream_twice(sandbox: SandboxSync) -> None:
    stream = sandbox.commands.stream("make all")
    for _ in range(2):
        with stream as events:
            list(events)


def write_and_verify(sandbox: SandboxSync) -> Any:
    return sandbox.files.write_file("/file", b"content", verify=True)


def status(code: int, *says: str, **headers: object) -> Scene:
    body = {"code": "SOME::CODE", "message": "the server's own words"}
    script = [answer(code, body, x_request_id="req-4711", **headers)]
    known = (f"{RECORD} answered {code}", "[SOME::CODE] the server's own words", "request_id=req-4711")
    return Scene(RECORD, script, read, (*known, *says))


SCENES: dict[type[SandboxException], Scene] = {
    CommandFailedException: Scene(
        COMMAND,
        [stream_answer(INIT, event(type="stderr", text="no rule for all"), FAILED)],
        run_checked,
        ("make all", "exit code 3", "no rule for all"),
    ),
    ExecutionAbortedException: Scene(
        COMMAND,
        [
            STREAM_HEAD,
            chunk(INIT),
            chunk(b'{"code": "RUNTIME_ERROR", "message": "the shell is gone"}'),
            chunk(b""),
        ],
        run,
        ("execution ex-1", "req-4711", "[RUNTIME_ERROR] the shell is gone"),
    ),
    IncompleteStreamException: Scene(
        COMMAND,
        [STREAM_HEAD, chunk(INIT + OUTPUT), chunk(b"")],
        run,
        ("execution ex-1", "ended before its final event", "resume() waits for it", "interrupt() stops"),
    ),
    InvalidArgumentException: Scene(RECORD, [], run_blank, ("command must not be blank", "'  '")),
    MalformedEventException: Scene(
        COMMAND,
        [STREAM_HEAD, chunk(INIT + b"{nonsense}\n\n"), chunk(b"")],
        run,
        ("execution ex-1", "no event", "{nonsense}", "the outcome is unknown"),
    ),
    NoEventStreamException: Scene(
        COMMAND,
        [answer(200, b"<html>Welcome</html>", content_type="text/html")],
        run,
        (COMMAND, "text/html", "text/event-stream", "Welcome", "is the domain that of an OpenSandbox server"),
    ),
    SandboxApiException: Scene(
        RECORD, [answer(500, b"")], read, (f"{RECORD} answered 500", "empty body", "try again later")
    ),
    SandboxConflictException: status(409, "read it again"),
    SandboxConnectionException: Scene(
        RECORD, [b"H", FIN], read, ("the connection to http://127.0.0.1:", "broke during", RECORD)
    ),
    SandboxException: Scene(
        RECORD, [], use_a_stream_twice, ("a stream is used once", "each run is a call of stream()")
    ),
    SandboxForbiddenException: status(403, "use a key that is allowed"),
    SandboxGoneException: status(410, "create a new one"),
    SandboxInternalException: Scene(
        COMMAND,
        [stream_answer(INIT, event(type="stdout", text="1234  -"), COMPLETE)],
        write_and_verify,
        ("'/file'", "SHA-256 1234", "transfer it again"),
    ),
    SandboxInvalidRequestException: status(422, "correct the arguments"),
    SandboxNotFoundException: status(404, "does not exist, was killed, or its time ran out"),
    SandboxNotSupportedException: status(501, "this deployment does not offer the operation"),
    SandboxRateLimitException: status(429, "wait before trying again", retry_after=7),
    SandboxReadyTimeoutException: Scene(
        "GET /at/box/44772/ping",
        [answer(503, {"code": "STARTING", "message": "one moment"})],
        wait_for_it,
        ("sandbox box", "domain=127.0.0.1:", "not ready after 0.2 s", "one moment", "give it more time"),
    ),
    SandboxTimeoutException: Scene(
        DOWNLOAD, [HOLD], read_impatiently, (DOWNLOAD, "took longer than allowed", "raise request_timeout")
    ),
    SandboxUnauthenticatedException: status(401, "set `api_key`", "OPEN_SANDBOX_API_KEY"),
    SandboxUnavailableException: status(503, "busy or starting; try again"),
    StreamTimeoutException: Scene(
        COMMAND,
        [STREAM_HEAD, chunk(INIT), HOLD],
        run_impatiently,
        ("execution ex-1", "resume() waits for it", "interrupt() stops"),
    ),
}


@pytest.fixture
def sandbox() -> Iterator[tuple[Deployment, SandboxSync]]:
    with Deployment() as deployment:
        deployment.add("box")
        config = ConnectionConfigSync(
            domain=deployment.address, trust_env=False, retry_policy=RetryPolicy.disabled()
        )
        with SandboxSync("box", connection_config=config) as sandbox:
            yield deployment, sandbox


@pytest.mark.parametrize("kind", SCENES, ids=lambda kind: kind.__name__)
def test_message_names_the_thing_and_the_way_out(
    sandbox: tuple[Deployment, SandboxSync], kind: type[SandboxException]
) -> None:
    scene = SCENES[kind]
    deployment, box = sandbox
    if scene.script:
        deployment.always(scene.route, scene.script)
    with pytest.raises(kind) as caught:
        scene.call(box)
    message = str(caught.value)
    assert type(caught.value) is kind
    assert [text for text in scene.says if text not in message] == [], message
    assert len(message) < 1400  # the published form repeats the text behind its code


def test_no_public_exception_is_forgotten() -> None:
    public = {
        name
        for name, value in vars(exceptions.sandbox).items()
        if name in exceptions.sandbox.__all__
        and inspect.isclass(value)
        and issubclass(value, SandboxException)
    }
    shown = {kind.__name__ for kind in SCENES}
    assert public - shown <= NOT_RAISED_YET
    assert not shown & NOT_RAISED_YET
