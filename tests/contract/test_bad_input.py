"""What cannot be done is a typed error that names the file or the thing, whichever call it was asked of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxException,
    SandboxFileNotFoundException,
    SandboxInvalidRequestException,
    SandboxNotADirectoryException,
    SandboxNotFoundException,
)
from opensandbox.local import LocalServer
from opensandbox.models import (
    ContentReplaceEntry,
    DirectoryListEntry,
    MoveEntry,
    RunCommandOpts,
    SearchEntry,
    SetPermissionEntry,
    WriteEntry,
)

TREE = "/workspace/tree"
FILE, BINARY, DIRECTORY = f"{TREE}/file", f"{TREE}/binary", f"{TREE}/directory"
# Nobody may write there, root neither: it is mounted read-only.
FORBIDDEN = "/opt/opensandbox/site/new"
# No content can be read from there, although it is a file.
UNREADABLE = "/proc/1/mem"
UNKNOWN = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxSync]:
    with (
        LocalServer() as server,
        SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
    ):
        sandbox.files.write_file(FILE, "text\n")
        sandbox.files.write_file(BINARY, b"\xff\xfe\x00")
        sandbox.files.create_directories([WriteEntry(path=DIRECTORY)])
        yield sandbox


def replace(path: str) -> list[ContentReplaceEntry]:
    return [ContentReplaceEntry(path=path, old_content="a", new_content="b")]


Case = tuple[Callable[[SandboxSync], Any], type[SandboxException], str]
CASES: dict[str, Case] = {
    # a directory where a file is meant
    "read a directory": (lambda box: box.files.read_file(DIRECTORY), SandboxApiException, DIRECTORY),
    "stream a directory": (lambda box: box.files.read_bytes_stream(DIRECTORY), SandboxApiException, DIRECTORY),
    "write a directory": (lambda box: box.files.write_file(DIRECTORY, "x"), SandboxApiException, DIRECTORY),
    "delete a directory as a file": (lambda box: box.files.delete_files([DIRECTORY]), SandboxApiException, DIRECTORY),
    "replace in a directory": (lambda box: box.files.replace_contents(replace(DIRECTORY)), SandboxApiException, DIRECTORY),
    # a file where a directory is meant
    "list a file": (lambda box: box.files.list_directory(DirectoryListEntry(path=FILE)), SandboxNotADirectoryException, FILE),
    "make a directory below a file": (lambda box: box.files.create_directories([WriteEntry(path=f"{FILE}/x")]), SandboxApiException, FILE),
    "write below a file": (lambda box: box.files.write_file(f"{FILE}/x", "x"), SandboxApiException, FILE),
    "move onto a file": (lambda box: box.files.move_files([MoveEntry(src=BINARY, dest=FILE)]), SandboxApiException, FILE),
    "copy onto a file": (lambda box: box.files.copy(BINARY, FILE), SandboxException, FILE),
    "run in a file": (lambda box: box.commands.run("true", opts=RunCommandOpts(working_directory=FILE)), SandboxApiException, FILE),
    # permission denied
    "read what cannot be read": (lambda box: box.files.read_bytes(UNREADABLE), SandboxException, UNREADABLE),
    "write where nobody may": (lambda box: box.files.write_file(FORBIDDEN, "x"), SandboxApiException, FORBIDDEN),
    "make a directory where nobody may": (lambda box: box.files.create_directories([WriteEntry(path=FORBIDDEN)]), SandboxApiException, FORBIDDEN),
    "move where nobody may": (lambda box: box.files.move_files([MoveEntry(src=FILE, dest=FORBIDDEN)]), SandboxApiException, FORBIDDEN),
    "copy where nobody may": (lambda box: box.files.copy(FILE, FORBIDDEN), SandboxException, "/opt/opensandbox/site"),
    "set a mode where nobody may": (
        lambda box: box.files.set_permissions([SetPermissionEntry(path="/opt/opensandbox/site", mode=700)]),
        SandboxApiException,
        "/opt/opensandbox/site",
    ),
    # bad ranges and lines
    "range after the end": (lambda box: box.files.read_bytes(FILE, range_header="bytes=99-"), SandboxInvalidRequestException, FILE),
    "range that is none": (lambda box: box.files.read_bytes(FILE, range_header="lines=1"), SandboxInvalidRequestException, FILE),
    "range and lines": (lambda box: box.files.read_bytes(FILE, range_header="bytes=0-1", limit=1), InvalidArgumentException, "bytes=0-1"),
    "line zero": (lambda box: box.files.read_file(FILE, offset=0), InvalidArgumentException, "offset"),
    "no lines": (lambda box: box.files.read_file(FILE, limit=0), InvalidArgumentException, "limit"),
    # binary read as text
    "binary as text": (lambda box: box.files.read_file(BINARY), InvalidArgumentException, BINARY),
    "text in no encoding": (lambda box: box.files.read_file(FILE, encoding="klingon"), InvalidArgumentException, "klingon"),
    # unknown ids, negative cursors
    "logs before the start": (
        lambda box: box.commands.get_background_command_logs(UNKNOWN, cursor=-1),
        InvalidArgumentException,
        "cursor",
    ),
    "status of nothing": (lambda box: box.commands.get_command_status(UNKNOWN), SandboxNotFoundException, UNKNOWN),
    "session of nobody": (lambda box: box.commands.run_in_session(UNKNOWN, "true"), SandboxApiException, UNKNOWN),
    "terminal of nobody": (lambda box: box.pty.attach(UNKNOWN), SandboxException, UNKNOWN),
    # missing
    "search nowhere": (lambda box: box.files.search(SearchEntry(path=f"{TREE}/no", pattern="*")), SandboxFileNotFoundException, f"{TREE}/no"),
    "copy nothing": (lambda box: box.files.copy(f"{TREE}/no", f"{TREE}/copy"), SandboxFileNotFoundException, f"{TREE}/no"),
    "walk nowhere": (lambda box: next(box.files.walk(f"{TREE}/no")), SandboxFileNotFoundException, f"{TREE}/no"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_done_is_a_typed_error_that_names_it(sandbox: SandboxSync, case: str) -> None:
    call, kind, named = CASES[case]
    with pytest.raises(kind) as caught:
        call(sandbox)
    assert named in str(caught.value)


def test_nothing_was_changed_by_all_that(sandbox: SandboxSync) -> None:
    for call, _, _ in CASES.values():
        with pytest.raises(SandboxException):
            call(sandbox)
    assert sandbox.files.read_file(FILE) == "text\n"
    assert sorted(entry.path for entry in sandbox.files.walk(TREE)) == [BINARY, DIRECTORY, FILE]
