"""What is asked of the daemon and cannot be, is a typed error that names it: for every operation that can be refused something.

That every operation is reached and answered is what `test_program.py` tries.
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
from opensandbox.exceptions import SandboxException
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


RESERVED = {"isolatedSessionCommit", "isolatedSessionDiff"}
DECLARED = {operation.name for operation in operations()["execd"]}


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
