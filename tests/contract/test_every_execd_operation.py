"""Every operation of the daemon is reached by a call of the SDK, and answered.

The table has a line for each `operationId`; one that is missing, or that its call does not reach, fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.contract.specs import operations
from opensandbox.exceptions import SandboxException, SandboxUnavailableException
from opensandbox.local import LocalServer
from opensandbox.models import (
    CodeContext,
    ContentReplaceEntry,
    CreateIsolatedSessionRequest,
    DirectoryListEntry,
    IsolatedWorkspaceSpec,
    MoveEntry,
    RunCommandOpts,
    SearchEntry,
    SetPermissionEntry,
    WriteEntry,
)
from tests.support.contract.watching import WATCH
from tests.support.waiting import until

WORKSPACE = "/workspace/tree"
NOWHERE = f"{WORKSPACE}/not-there"
UNKNOWN = "3b1c7a52-6a3f-4f0e-9c2d-0a4b5c6d7e8f"


@dataclass
class Box:
    """A sandbox with a file in it, a shell, a code context and an isolated session."""

    sandbox: SandboxSync
    shell: str
    code: CodeContext

    @cached_property
    def isolated(self) -> Any:
        """An isolated session that works on the files of the sandbox."""
        workspace = IsolatedWorkspaceSpec(path=WORKSPACE, mode="rw")
        return self.sandbox.isolation.create(CreateIsolatedSessionRequest(workspace=workspace))

    def files(self, prefix: str) -> Any:
        """The files by the routes with that prefix."""
        match prefix:
            case "identity":
                return self.sandbox.files_with_identity(0, 0)
            case "isolated":
                return self.isolated.files
        return self.sandbox.files


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with LocalServer() as server:
        config = server.connection_config_sync()
        with SandboxSync.create("ubuntu", connection_config=config) as sandbox:
            sandbox.files.write_file(f"{WORKSPACE}/file", "one\ntwo\n")
            yield Box(
                sandbox,
                sandbox.commands.create_session(),
                sandbox.code.contexts.create("bash"),
            )
            sandbox.kill()


def _watch(box: Box) -> None:
    with box.sandbox.metrics.watch() as samples:
        next(samples)


def _interrupt(box: Box) -> None:
    box.sandbox.commands.start("sleep 1000").interrupt()


def _status(box: Box) -> None:
    box.sandbox.commands.start("true").wait(timeout=20)


def _logs(box: Box) -> None:
    assert "".join(box.sandbox.commands.start("echo out").logs()) == "out\n"


def _isolated_run(box: Box) -> None:
    assert box.isolated.run("cat file").text == "one\ntwo"
    box.isolated.run_background("true")


def _isolated_status(box: Box) -> None:
    run = box.isolated.run_background("echo out")
    box.isolated.run_status(run.run_id)


def _isolated_logs(box: Box) -> None:
    run = box.isolated.run_background("echo out")
    box.isolated.run_logs(run.run_id)


def _isolated_delete(box: Box) -> None:
    request = CreateIsolatedSessionRequest(workspace=IsolatedWorkspaceSpec(path=WORKSPACE))
    with box.sandbox.isolation.session(request) as session:
        session.get()


def _reserved(call: Callable[[], object]) -> None:
    with pytest.raises(SandboxUnavailableException, match="NOT_SUPPORTED"):
        call()


CALLS: dict[str, Callable[[Box], object]] = {
    "ping": lambda box: box.sandbox.is_healthy(),
    "runCommand": lambda box: box.sandbox.commands.run("echo out; echo err >&2; exit 3"),
    "interruptCommand": _interrupt,
    "getCommandStatus": _status,
    "getBackgroundCommandLogs": _logs,
    "createSession": lambda box: box.sandbox.commands.create_session(working_directory="/tmp"),
    "deleteSession": lambda box: box.sandbox.commands.delete_session(box.sandbox.commands.create_session()),
    "runInSession": lambda box: box.sandbox.commands.run_in_session(box.shell, "echo out"),
    "runCode": lambda box: box.sandbox.code.run("echo out", context=box.code),
    "interruptCode": lambda box: box.sandbox.code.interrupt(box.code),
    "createCodeContext": lambda box: box.sandbox.code.contexts.create("bash"),
    "listContexts": lambda box: box.sandbox.code.contexts.list(),
    "deleteContextsByLanguage": lambda box: box.sandbox.code.contexts.delete_all("python"),
    "getContext": lambda box: box.sandbox.code.contexts.get(box.code.id),
    "deleteContext": lambda box: box.sandbox.code.contexts.delete(box.sandbox.code.contexts.create("bash")),
    "getMetrics": lambda box: box.sandbox.get_metrics(),
    "watchMetrics": _watch,
    "isolatedCapabilities": lambda box: box.sandbox.isolation.capabilities(),
    "createIsolatedSession": lambda box: box.sandbox.isolation.run_once("true", workspace=WORKSPACE),
    "getIsolatedSession": lambda box: box.isolated.get(),
    "deleteIsolatedSession": _isolated_delete,
    "isolatedSessionCommit": lambda box: _reserved(box.isolated.commit),
    "isolatedSessionDiff": lambda box: _reserved(box.isolated.diff),
    "runInIsolatedSession": _isolated_run,
    "getIsolatedRunStatus": _isolated_status,
    "getIsolatedRunLogs": _isolated_logs,
    "listIsolatedSessions": lambda box: box.sandbox.isolation.list(),
}


def _download(files: Any, path: str) -> None:
    assert files.read_file(path) == "one\ntwo\n"
    assert files.read_file(path, offset=2, limit=1) == "two"
    assert files.read_bytes(path, range_header="bytes=0-2") == b"one"
    assert b"".join(files.read_bytes_stream(path)) == b"one\ntwo\n"


def _move(files: Any, path: str) -> None:
    files.write_file(path + ".old", "x")
    files.move_files([MoveEntry(src=path + ".old", dest=path + ".new")])
    files.delete_files([path + ".new"])


FILES: dict[str, Callable[[Any, str], object]] = {
    "makeDirs": lambda files, path: files.create_directories([WriteEntry(path=path + ".dir", mode=750)]),
    "removeDirs": lambda files, path: files.delete_directories([path + ".dir"]),
    "listDirectory": lambda files, path: files.list_directory(DirectoryListEntry(path=WORKSPACE)),
    "removeFiles": _move,
    "downloadFile": _download,
    "getFilesInfo": lambda files, path: files.get_file_info([path]),
    "renameFiles": _move,
    "chmodFiles": lambda files, path: files.set_permissions([SetPermissionEntry(path=path, mode=640)]),
    "replaceContent": lambda files, path: (
        files.replace_contents([ContentReplaceEntry(path=path, old_content="none", new_content="x")]),
        files.replace_contents_detailed(
            [ContentReplaceEntry(path=path, old_content="none", new_content="x")]
        ),
    ),
    "searchFiles": lambda files, path: files.search(SearchEntry(path=WORKSPACE, pattern="f*")),
    "uploadFile": lambda files, path: files.write_file(path + ".sent", b"content"),
}

for _prefix in ("", "identity", "isolated"):
    for _name, _call in FILES.items():
        _operation = _prefix + _name[0].upper() + _name[1:] if _prefix else _name
        CALLS[_operation] = lambda box, call=_call, prefix=_prefix: call(  # type: ignore[misc]
            box.files(prefix), f"{WORKSPACE}/file"
        )

RESERVED = {"isolatedSessionCommit", "isolatedSessionDiff"}


DECLARED = {operation.name for operation in operations()["execd"]}


def test_every_operation_has_a_line() -> None:
    assert set(CALLS) == DECLARED


@pytest.mark.parametrize("operation", CALLS)
def test_the_operation_is_reached_and_answered(box: Box, operation: str) -> None:
    mark = len(WATCH.seen)
    CALLS[operation](box)

    def statuses() -> set[int]:
        return {seen.status for seen in WATCH.since(mark) if seen.operation == operation}

    # 0 is the request; a stream that was left early is known to have been answered when the server has noticed.
    until(lambda: len(statuses()) > 1)
    assert all(status < 300 or operation in RESERVED for status in statuses())
    assert 0 in statuses()


# What is asked for is not there, or cannot be: the call, and the words by which the message names it.
REFUSED: dict[str, tuple[Callable[[Box], object], str]] = {
    "runCommand": (
        lambda box: box.sandbox.commands.run("true", opts=RunCommandOpts(working_directory=NOWHERE)),
        NOWHERE,
    ),
    "interruptCommand": (lambda box: box.sandbox.commands.interrupt(UNKNOWN), UNKNOWN),
    "getCommandStatus": (lambda box: box.sandbox.commands.get_command_status(UNKNOWN), UNKNOWN),
    "getBackgroundCommandLogs": (
        lambda box: box.sandbox.commands.get_background_command_logs(UNKNOWN),
        UNKNOWN,
    ),
    "deleteSession": (lambda box: box.sandbox.commands.delete_session(UNKNOWN), UNKNOWN),
    "runInSession": (lambda box: box.sandbox.commands.run_in_session(UNKNOWN, "true"), UNKNOWN),
    "runCode": (
        lambda box: box.sandbox.code.run("true", context=CodeContext(id=UNKNOWN, language="bash")),
        UNKNOWN,
    ),
    "interruptCode": (lambda box: box.sandbox.code.interrupt(UNKNOWN), UNKNOWN),
    "createCodeContext": (lambda box: box.sandbox.code.contexts.create("cobol"), "cobol"),
    "listContexts": (lambda box: box.sandbox.code.contexts.list("cobol"), "cobol"),
    "getContext": (lambda box: box.sandbox.code.contexts.get(UNKNOWN), UNKNOWN),
    "deleteContext": (lambda box: box.sandbox.code.contexts.delete(UNKNOWN), UNKNOWN),
    "createIsolatedSession": (
        lambda box: box.sandbox.isolation.run_once("true", workspace="not/absolute"),
        "not/absolute",
    ),
    "getIsolatedSession": (lambda box: box.sandbox.isolation.attach(UNKNOWN), UNKNOWN),
    "getIsolatedRunStatus": (lambda box: box.isolated.run_status(UNKNOWN), UNKNOWN),
    "getIsolatedRunLogs": (lambda box: box.isolated.run_logs(UNKNOWN), UNKNOWN),
}

FILES_REFUSED: dict[str, Callable[[Any], object]] = {
    "makeDirs": lambda files: files.create_directories([WriteEntry(path=f"{WORKSPACE}/file/not-there")]),
    "listDirectory": lambda files: files.list_directory(DirectoryListEntry(path=NOWHERE)),
    "downloadFile": lambda files: files.read_file(NOWHERE),
    "getFilesInfo": lambda files: files.get_file_info([NOWHERE]),
    "renameFiles": lambda files: files.move_files([MoveEntry(src=NOWHERE, dest=NOWHERE + "2")]),
    "chmodFiles": lambda files: files.set_permissions([SetPermissionEntry(path=NOWHERE, mode=640)]),
    "replaceContent": lambda files: files.replace_contents(
        [ContentReplaceEntry(path=NOWHERE, old_content="a", new_content="b")]
    ),
    "searchFiles": lambda files: files.search(SearchEntry(path=NOWHERE, pattern="*")),
    "uploadFile": lambda files: files.write_file(f"{WORKSPACE}/file/not-there", b"x"),
}

for _prefix in ("", "identity", "isolated"):
    for _name, _refused in FILES_REFUSED.items():
        _operation = _prefix + _name[0].upper() + _name[1:] if _prefix else _name
        REFUSED[_operation] = (  # type: ignore[assignment]
            lambda box, call=_refused, prefix=_prefix: call(box.files(prefix)),
            WORKSPACE,
        )

# Nothing can be wrong with these once their arguments have passed the door, or a missing thing is none.
CANNOT_BE_REFUSED = {
    "ping",
    "createSession",
    "deleteContextsByLanguage",
    "getMetrics",
    "watchMetrics",
    "isolatedCapabilities",
    "listIsolatedSessions",
    "deleteIsolatedSession",
    "runInIsolatedSession",
    *RESERVED,
    *(prefix + name for prefix in ("identity", "isolated") for name in ("RemoveDirs", "RemoveFiles")),
    "removeDirs",
    "removeFiles",
}


def test_every_operation_is_refused_something_or_cannot_be() -> None:
    assert set(REFUSED) | CANNOT_BE_REFUSED == DECLARED


@pytest.mark.parametrize("operation", REFUSED)
def test_bad_input_is_a_typed_error_that_names_it(box: Box, operation: str) -> None:
    call, word = REFUSED[operation]
    with pytest.raises(SandboxException) as caught:
        call(box)
    assert word in str(caught.value)
    with contextlib.suppress(AttributeError):
        assert caught.value.status_code != 200  # type: ignore[attr-defined]
