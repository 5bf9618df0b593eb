# Generated from tests/_async/files/test_plain.py by scripts/unasync.py. Do not edit.
"""File calls with plain paths, and writing that leaves alone what is there, in real sandboxes of either manner."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.files.service import FilesService
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    ContentMismatchException,
    InvalidArgumentException,
    SandboxFileException,
    SandboxFileNotFoundException,
)
from opensandbox.local import LocalServer
from opensandbox.models.filesystem import DirectoryListEntry

HERE = PurePosixPath("/workspace/plain")


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


@pytest.fixture
def files(sandbox: SandboxSync) -> FilesService:
    return sandbox.files


def mode_of(files: FilesService, path: PurePosixPath) -> int:
    return (files.get_file_info([path]))[str(path)].mode


def test_a_plain_path_is_all_that_a_call_needs(files: FilesService) -> None:
    files.create_directories(HERE / "src" / "deep", mode=700)
    files.create_directories([str(HERE / "a"), HERE / "b"])
    files.write_file(HERE / "src/deep/x.py", "1")
    assert files.read_file(HERE / "src/deep/x.py") == "1"
    assert [entry.path for entry in files.list_directory(HERE)] == [
        f"{HERE}/{name}" for name in ("a", "b", "src")
    ]
    assert len(files.list_directory(str(HERE), depth=3)) == 5
    assert [entry.path for entry in files.search(str(HERE), "**/*.py")] == [f"{HERE}/src/deep/x.py"]
    assert mode_of(files, HERE / "src/deep") == 700
    assert files.exists(HERE)
    files.copy(HERE / "src", HERE / "copy")
    assert [entry.path for entry in files.walk(HERE / "copy")] == [
        f"{HERE}/copy/deep",
        f"{HERE}/copy/deep/x.py",
    ]


def test_delete_takes_files_and_directories(files: FilesService) -> None:
    files.write_file(HERE / "full/x", "1")
    with pytest.raises(SandboxFileException, match="recursive=True") as caught:
        files.delete(HERE / "full")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOTEMPTY, str(HERE / "full"))
    files.delete(HERE / "full/x")
    files.delete(HERE / "full")
    files.write_file(HERE / "full/x", "1")
    files.delete(HERE, recursive=True)
    with pytest.raises(FileNotFoundError):
        files.delete(HERE)


def test_an_exclusive_file_is_new(files: FilesService) -> None:
    files.write_file(HERE / "new", "1", exclusive=True)
    assert (files.read_file(HERE / "new"), mode_of(files, HERE / "new")) == ("1", 644)
    with pytest.raises(FileExistsError) as caught:
        files.write_file(HERE / "new", "2", exclusive=True)
    assert caught.value.filename == str(HERE / "new")
    assert files.read_file(HERE / "new") == "1"
    files.write_file(HERE / "run.sh", "2", exclusive=True, mode=755)
    assert mode_of(files, HERE / "run.sh") == 755
    with pytest.raises(FileExistsError):
        files.write_file(HERE, "2", exclusive=True)


def test_an_exclusive_file_is_the_one_that_the_daemon_sees_in_its_path(files: FilesService) -> None:
    home = HERE / "at$HOME"
    files.write_file(home, "precious")
    with pytest.raises(FileExistsError):
        files.write_file(home, "lost", exclusive=True)
    assert files.read_file(home) == "precious"
    files.write_file(home, "a name", exclusive=True, literal=True)
    assert files.read_file(home, literal=True) == "a name"
    with pytest.raises(FileExistsError):
        files.write_file(home, "lost", exclusive=True, literal=True)
    files.delete(home)
    files.write_file(home, "new", exclusive=True)
    assert (files.read_file(home), files.read_file(home, literal=True)) == ("new", "a name")


def test_a_variable_that_is_not_defined_is_part_of_a_name(files: FilesService) -> None:
    path = HERE / "$not_defined" / "$id.tsx"
    files.write_file(path, "1", exclusive=True)
    with pytest.raises(FileExistsError):
        files.write_file(path, "2", exclusive=True)
    files.write_file(path, "2", append=True)
    assert files.read_file(path) == "12"
    files.write_file("$id.txt", "1", append=True)
    assert files.read_file("$id.txt") == "1"


def test_an_exclusive_file_is_compared_where_that_is_wanted(files: FilesService) -> None:
    def interfere(sent: int, total: int | None) -> None:
        data.seek(0)
        data.write(b"other")

    files.write_file(HERE / "$id", "1", exclusive=True, verify=True)
    assert files.read_file(HERE / "$id") == "1"
    data = io.BytesIO(b"whole")
    with pytest.raises(ContentMismatchException):
        files.write_file(HERE / "new", data, exclusive=True, verify=True, progress=interfere)


def test_a_pipe_is_nothing_to_append_to(files: FilesService, sandbox: SandboxSync) -> None:
    files.create_directories(HERE)
    sandbox.commands.run("mkfifo pipe && ln -s pipe link", cwd=HERE, check=True)
    for name in ("pipe", "link"):
        with pytest.raises(InvalidArgumentException, match="is a pipe"):
            files.write_file(HERE / name, "x", append=True, timeout=30)


def test_a_file_that_could_not_be_written_is_not_left_behind(files: FilesService) -> None:
    with pytest.raises(SandboxFileException):
        files.write_file(HERE / "new", "1", exclusive=True, owner="nobody-here")
    assert not files.exists(HERE / "new")


def test_appending_keeps_what_is_there(files: FilesService) -> None:
    for word in ("one", "two"):
        files.write_file(HERE / "log $HOME'", f"{word}\n", append=True, literal=True)
        files.write_file(HERE / "log $HOME'", f"{word}!\n", append=True)
    assert files.read_file(HERE / "log $HOME'", literal=True) == "one\ntwo\n"
    assert files.read_file(HERE / "log $HOME'") == "one!\ntwo!\n"
    files.write_file(HERE / "log", b"\0" * 2_000_000, append=True)
    files.write_file(HERE / "log", b"\1", append=True)
    assert (files.read_bytes(HERE / "log"))[-2:] == b"\0\1"
    assert mode_of(files, HERE / "log") == 644
    with pytest.raises(IsADirectoryError):
        files.write_file(HERE, "1", append=True)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda files: files.read_file(PureWindowsPath("/x")), "PurePosixPath is the path of a sandbox"),
        (
            lambda files: files.list_directory(DirectoryListEntry(path="/x"), depth=2),
            "depth goes with a path",
        ),
        (lambda files: files.list_directory("/x", depth=-1), "depth"),
        (lambda files: files.search("/x"), "pattern"),
        (lambda files: files.search("/x", "src/*.py"), "is compared with names alone"),
        (lambda files: files.create_directories([{"path": "/x"}], mode=755), "mode goes with paths"),
        (lambda files: files.create_directories(""), "must not be blank"),
        (lambda files: files.write_file("/x", "1", exclusive=True, append=True), "exclude each other"),
        (lambda files: files.write_file("/x", "1", verify=True, append=True), "verify compares whole files"),
    ],
)
def test_what_makes_no_sense_is_refused(files: FilesService, use: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentException, match=words):
        use(files)


def test_missing_paths_are_told_as_such(files: FilesService) -> None:
    with pytest.raises(SandboxFileNotFoundException):
        files.list_directory("/not/there", depth=2)
