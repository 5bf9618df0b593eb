"""Every public exception as a caller meets it: its message names the thing and the way out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

import opensandbox
from opensandbox import SandboxManagerSync, exceptions
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    CodeFailedException,
    CommandFailedException,
    CommandKilledException,
    CommandTimedOutException,
    ContentMismatchException,
    CredentialVaultRevisionException,
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    MalformedEventException,
    NoEventStreamException,
    PoolAcquireFailedException,
    PoolDestroyedException,
    PoolDestroyIncompleteException,
    PoolEmptyException,
    PoolNotRunningException,
    PoolStateStoreUnavailableException,
    SampleFailedException,
    SandboxApiException,
    SandboxConflictException,
    SandboxConnectionException,
    SandboxConnectTimeoutException,
    SandboxException,
    SandboxFileException,
    SandboxFileExistsException,
    SandboxFileNotFoundException,
    SandboxFilePermissionException,
    SandboxForbiddenException,
    SandboxGoneException,
    SandboxInternalException,
    SandboxInvalidRequestException,
    SandboxIsADirectoryException,
    SandboxNotADirectoryException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxRateLimitException,
    SandboxReadyTimeoutException,
    SandboxTerminatedException,
    SandboxTimeoutException,
    SandboxUnauthenticatedException,
    SandboxUnavailableException,
    SandboxWakeTimeoutException,
    SnapshotFailedException,
    StreamTimeoutException,
    TemplateFailedException,
    TerminalException,
    TerminalTakenOverException,
)
from opensandbox.local import LocalServer
from opensandbox.pool import (
    AcquirePolicy,
    InMemoryPoolStateStore,
    PoolCreationSpec,
    PoolDestroyOptions,
    SandboxPoolManagerSync,
    SandboxPoolSync,
)
from opensandbox.pool_redis import RedisPoolStateStore
from opensandbox.sync import SandboxSync
from opensandbox.transport import RetryPolicy
from tests.support.backlog import port_with_full_backlog
from tests.support.deployment import (
    COMPLETE,
    CREATED,
    INIT,
    OUTPUT,
    STREAM_HEAD,
    Deployment,
    event,
    stream_answer,
)
from tests.support.faults import FIN, HOLD, Script, answer, chunk

KEPT_FOR_PROGRAMS_THAT_CATCH_THEM = {"PoolStateStoreContentionException", "SandboxUnhealthyException"}
"""Raised by nobody here: stores that others wrote may raise the first, the second was never told apart from a timeout."""

POOL = "workers"
RECORD = "GET /v1/sandboxes/box"
COMMAND = "POST /at/box/44772/command"
DOWNLOAD = "GET /at/box/44772/files/download"


def failed(code: str, told: str) -> bytes:
    """Return the last event of a command that did not succeed."""
    return event(type="error", error={"ename": "CommandExecError", "evalue": code, "traceback": [told]})


FAILED = failed("3", "exit status 3")


DIVIDED = event(
    type="error",
    error={"ename": "ZeroDivisionError", "evalue": "division by zero", "traceback": ["line 1"]},
)
TERMINATED = {
    "id": "box",
    "status": {"state": "Terminated", "reason": "CONTAINER_EXITED", "message": "it ended"},
    "createdAt": CREATED,
    "entrypoint": ["sh"],
}
FAILED_SNAPSHOT = {
    "id": "snap-1",
    "sandboxId": "box",
    "status": {"state": "Failed", "reason": "CAPTURE", "message": "no space left"},
    "createdAt": CREATED,
}
FAILED_TEMPLATE = {
    "templateId": "tpl-1",
    "image": "ubuntu:0",
    "publish": "s3://templates/tpl-1",
    "format": "native",
    "status": {"phase": "Failed", "message": "no such image"},
    "createdAt": CREATED,
    "updatedAt": CREATED,
}


class Scene(NamedTuple):
    """What the server does, what the caller does, and what the message has to say."""

    route: str
    script: Script
    call: Callable[[SandboxSync], Any]
    says: tuple[str, ...]


def read(sandbox: SandboxSync) -> Any:
    return sandbox.get_info()


def reach_nobody(sandbox: SandboxSync) -> None:
    with port_with_full_backlog() as port:
        config = ConnectionConfigSync(domain=f"127.0.0.1:{port}", request_timeout=0.2, trust_env=False)
        with SandboxSync("box", connection_config=config) as unreachable:
            unreachable.get_info()


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


def download(sandbox: SandboxSync) -> Any:
    with TemporaryDirectory() as directory:
        return sandbox.files.download("/file", Path(directory) / "file")


def run_code(sandbox: SandboxSync) -> Any:
    return sandbox.code.run("1 / 0", check=True)


def watch_metrics(sandbox: SandboxSync) -> Any:
    with sandbox.metrics.watch() as samples:
        return next(samples)


def wait_until_paused(sandbox: SandboxSync) -> Any:
    return sandbox.wait_for_state("Paused")


def wait_for_a_snapshot(sandbox: SandboxSync) -> Any:
    with SandboxManagerSync.create(sandbox.connection_config) as manager:
        return manager.wait_for_snapshot("snap-1")


def wait_for_a_template(sandbox: SandboxSync) -> Any:
    with SandboxManagerSync.create(sandbox.connection_config) as manager:
        return manager.wait_for_template("tpl-1")


def new_pool(sandbox: SandboxSync, store: Any, max_idle: int = 0) -> SandboxPoolSync:
    return SandboxPoolSync(
        pool_name=POOL,
        max_idle=max_idle,
        state_store=store,
        connection_config=sandbox.connection_config,
        creation_spec=PoolCreationSpec(image="ubuntu"),
    )


def acquire_from_an_empty_pool(sandbox: SandboxSync) -> Any:
    with new_pool(sandbox, InMemoryPoolStateStore()) as pool:
        return pool.acquire(policy=AcquirePolicy.FAIL_FAST)


def acquire_one_that_is_gone(sandbox: SandboxSync) -> Any:
    store = InMemoryPoolStateStore()
    store.put_idle(POOL, "gone")
    with new_pool(sandbox, store, max_idle=1) as pool:
        return pool.acquire(policy=AcquirePolicy.FAIL_FAST)


def acquire_before_the_start(sandbox: SandboxSync) -> Any:
    return new_pool(sandbox, InMemoryPoolStateStore()).acquire()


def start_after_the_end(sandbox: SandboxSync) -> Any:
    store = InMemoryPoolStateStore()
    SandboxPoolManagerSync(state_store=store, connection_config=sandbox.connection_config).destroy(POOL)
    new_pool(sandbox, store).start()


def destroy_impatiently(sandbox: SandboxSync) -> Any:
    store = InMemoryPoolStateStore()
    store.put_idle(POOL, sandbox.id)
    manager = SandboxPoolManagerSync(state_store=store, connection_config=sandbox.connection_config)
    return manager.destroy(POOL, PoolDestroyOptions(drain_timeout=timedelta(microseconds=1)))


def start_without_redis(sandbox: SandboxSync) -> Any:
    with Redis(unix_socket_path="/no/redis.sock", retry=Retry(NoBackoff(), 0)) as redis:
        new_pool(sandbox, RedisPoolStateStore(redis)).start()


def type_as_a_viewer(sandbox: SandboxSync) -> Any:
    with (
        sandbox.pty.open() as terminal,
        sandbox.pty.attach(terminal.session_id, viewer=True) as viewer,
    ):
        viewer.send("x")


def read_what_another_took(sandbox: SandboxSync) -> Any:
    with sandbox.pty.open() as terminal, sandbox.pty.attach(terminal.session_id, takeover=True):
        return list(terminal)


def of_a_file(reason: str, way_out: str) -> Scene:
    body = {"code": "RUNTIME_ERROR", "message": f"open /file: {reason}"}
    says = ("'/file'", "answered 500", way_out, f"[RUNTIME_ERROR] open /file: {reason}")
    return Scene(DOWNLOAD, [answer(500, body)], download, says)


def status(code: int, *says: str, **headers: object) -> Scene:
    body = {"code": "SOME::CODE", "message": "the server's own words"}
    script = [answer(code, body, x_request_id="req-4711", **headers)]
    known = (f"{RECORD} answered {code}", "[SOME::CODE] the server's own words", "request_id=req-4711")
    return Scene(RECORD, script, read, (*known, *says))


def write_to_a_vault_that_moved_on(sandbox: SandboxSync) -> None:
    vault = sandbox.credential_vault
    vault.create(credentials=[], bindings=[])
    vault.patch(credentials={"add": [{"name": "a", "source": {"value": "secret"}}]})
    vault.patch(expected_revision=1, credentials={"delete": ["a"]})


def run_while_asleep(sandbox: SandboxSync) -> None:
    sandbox.connection_config.retry_policy = RetryPolicy(max_retries=0, wake_max_attempts=1)
    sandbox.commands.run("true")


SCENES: dict[type[SandboxException], Scene] = {
    CodeFailedException: Scene(
        "POST /at/box/44772/code",
        [stream_answer(event(type="init", text="ctx-7"), DIVIDED)],
        run_code,
        ("code in context ctx-7", "ZeroDivisionError: division by zero\nline 1"),
    ),
    SandboxFileException: of_a_file("file name too long", "shorten the name"),
    SandboxFileExistsException: of_a_file("file exists", "delete it first"),
    SandboxFileNotFoundException: of_a_file("no such file or directory", "no such file in the sandbox"),
    SandboxFilePermissionException: of_a_file("permission denied", "files_with_identity"),
    SandboxIsADirectoryException: of_a_file("is a directory", "list_directory"),
    SandboxNotADirectoryException: of_a_file("not a directory", "correct the path"),
    CommandFailedException: Scene(
        COMMAND,
        [stream_answer(INIT, event(type="stderr", text="no rule for all"), FAILED)],
        run_checked,
        ("make all", "exit code 3", "no rule for all"),
    ),
    CommandKilledException: Scene(
        COMMAND,
        [stream_answer(INIT, failed("-1", "ended by signal 11, SIGSEGV"))],
        run_checked,
        ("make all", "exit code -1", "ended by signal 11, SIGSEGV"),
    ),
    CommandTimedOutException: Scene(
        COMMAND,
        [stream_answer(INIT, failed("-1", "killed after the timeout of 500 ms (signal 9, SIGKILL)"))],
        run_checked,
        ("make all", "500 ms"),
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
    PoolAcquireFailedException: Scene(
        RECORD,
        [],
        acquire_one_that_is_gone,
        (
            "'workers'",
            "SandboxNotFoundException: GET /v1/sandboxes/gone",
            "its time ran out",
            "acquire again",
        ),
    ),
    PoolDestroyIncompleteException: Scene(
        RECORD,
        [],
        destroy_impatiently,
        ("'workers'", "1 idle", "1e-06 s", "call destroy again, with a longer drain_timeout"),
    ),
    PoolDestroyedException: Scene(RECORD, [], start_after_the_end, ("'workers'", "use another name")),
    PoolEmptyException: Scene(
        RECORD, [], acquire_from_an_empty_pool, ("'workers'", "FAIL_FAST", "raise max_idle", "DIRECT_CREATE")
    ),
    PoolNotRunningException: Scene(
        RECORD, [], acquire_before_the_start, ("'workers'", "not running", "call start() first")
    ),
    PoolStateStoreUnavailableException: Scene(
        RECORD,
        [],
        start_without_redis,
        ("'workers'", "'opensandbox:pool'", "/no/redis.sock", "see that it can be reached"),
    ),
    SampleFailedException: Scene(
        "GET /at/box/44772/metrics/watch",
        [STREAM_HEAD, chunk(b'{"error": "no /proc"}\n'), HOLD],
        watch_metrics,
        ("could not take a sample", "no /proc", "ask it for the next one"),
    ),
    SandboxApiException: Scene(
        RECORD, [answer(500, b"")], read, (f"{RECORD} answered 500", "empty body", "try again later")
    ),
    SandboxConflictException: status(409, "read it again"),
    SandboxConnectionException: Scene(
        RECORD, [b"H", FIN], read, ("the connection to 127.0.0.1:", "broke during", RECORD)
    ),
    SandboxConnectTimeoutException: Scene(
        RECORD,
        [],
        reach_nobody,
        ("cannot reach 127.0.0.1:", RECORD, "check the domain", "raise request_timeout"),
    ),
    SandboxException: Scene(
        RECORD, [], use_a_stream_twice, ("a stream is used once", "each run is a call of stream()")
    ),
    SandboxForbiddenException: status(403, "use a key that is allowed"),
    SandboxGoneException: status(410, "create a new one"),
    ContentMismatchException: Scene(
        COMMAND,
        [stream_answer(INIT, event(type="stdout", text="1234  -"), COMPLETE)],
        write_and_verify,
        ("'/file'", "SHA-256 1234", "transfer it again"),
    ),
    SandboxInternalException: Scene(
        DOWNLOAD,
        [answer(206, b"rest", content_range="bytes 5-8/9")],
        download,
        ("bytes from 0", "bytes from 5", "If-Range", "start anew"),
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
    SandboxTerminatedException: Scene(
        RECORD,
        [answer(200, TERMINATED)],
        wait_until_paused,
        ("sandbox box is Terminated", "not be Paused", "CONTAINER_EXITED: it ended", "create a new one"),
    ),
    SandboxTimeoutException: Scene(
        DOWNLOAD, [HOLD], read_impatiently, (DOWNLOAD, "timed out", "raise request_timeout")
    ),
    SandboxUnauthenticatedException: status(401, "set `api_key`", "OPEN_SANDBOX_API_KEY"),
    SandboxUnavailableException: status(503, "busy or starting; try again"),
    SnapshotFailedException: Scene(
        "GET /v1/snapshots/snap-1",
        [answer(200, FAILED_SNAPSHOT)],
        wait_for_a_snapshot,
        ("snapshot snap-1 of sandbox box", "CAPTURE: no space left", "delete it and take another one"),
    ),
    StreamTimeoutException: Scene(
        COMMAND,
        [STREAM_HEAD, chunk(INIT), HOLD],
        run_impatiently,
        ("execution ex-1", "resume() waits for it", "interrupt() stops"),
    ),
    SandboxWakeTimeoutException: Scene(
        "POST /at/box/44772/command",
        [answer(503, {}, opensandbox_wake="expired", retry_after=0, x_request_id="r")],
        run_while_asleep,
        (
            "POST /at/box/44772/command",
            "did not wake in time (1 attempts",
            "call again",
            "wake_overall_deadline",
        ),
    ),
    TemplateFailedException: Scene(
        "GET /v1/templates/tpl-1",
        [answer(200, FAILED_TEMPLATE)],
        wait_for_a_template,
        ("template tpl-1", "from ubuntu:0", "no such image", "correct its request"),
    ),
}

IN_A_REAL_SANDBOX: dict[type[SandboxException], tuple[Callable[[SandboxSync], Any], tuple[str, ...]]] = {
    TerminalException: (type_as_a_viewer, ("TerminalSync('", "only watches", "attach without viewer=True")),
    TerminalTakenOverException: (
        read_what_another_took,
        ("another client took terminal ", "attach with takeover=True"),
    ),
    CredentialVaultRevisionException: (
        write_to_a_vault_that_moved_on,
        ("the vault is at revision 2, not 1", "use credential_vault.update"),
    ),
}
"""What takes a real terminal or vault."""


@contextmanager
def told(kind: type[SandboxException], says: tuple[str, ...]) -> Iterator[None]:
    """Expect this very exception, with these words in its message."""
    with pytest.raises(kind) as caught:
        yield
    message = str(caught.value)
    assert type(caught.value) is kind
    assert [text for text in says if text not in message] == [], message
    assert len(message) < 700


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
    with told(kind, scene.says):
        scene.call(box)


@pytest.fixture(scope="module")
def real_sandbox() -> Iterator[SandboxSync]:
    with LocalServer() as server:
        config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key, trust_env=False)
        with SandboxSync.ephemeral(
            "ubuntu",
            network_policy={"default_action": "deny"},
            credential_proxy={"enabled": True},
            connection_config=config,
        ) as sandbox:
            yield sandbox


@pytest.mark.parametrize("kind", IN_A_REAL_SANDBOX, ids=lambda kind: kind.__name__)
def test_message_about_a_real_sandbox_names_the_way_out(
    real_sandbox: SandboxSync, kind: type[SandboxException]
) -> None:
    call, says = IN_A_REAL_SANDBOX[kind]
    with told(kind, says):
        call(real_sandbox)


def test_no_public_exception_is_forgotten() -> None:
    public = {
        name
        for name, value in vars(exceptions.sandbox).items()
        if name in exceptions.sandbox.__all__
        and inspect.isclass(value)
        and issubclass(value, SandboxException)
    }
    shown = {kind.__name__ for kind in SCENES.keys() | IN_A_REAL_SANDBOX.keys()}
    assert public == shown | KEPT_FOR_PROGRAMS_THAT_CATCH_THEM
    assert not shown & KEPT_FOR_PROGRAMS_THAT_CATCH_THEM


def test_what_is_kept_for_others_is_raised_by_nobody_here() -> None:
    root = Path(opensandbox.__file__).parent
    users = {
        (path.relative_to(root), name)
        for path in root.rglob("*.py")
        if path.parent != root / "exceptions"
        for name in KEPT_FOR_PROGRAMS_THAT_CATCH_THEM
        if name in path.read_text(encoding="utf-8")
    }
    assert users == set()
