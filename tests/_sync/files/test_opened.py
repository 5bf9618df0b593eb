# Generated from tests/_async/files/test_opened.py by scripts/unasync.py. Do not edit.
"""`files.open`: file objects for files of a sandbox, read by ranges and written when they are closed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.files.service import FilesService
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer

PATH = "/workspace/opened/file"
LARGE = bytes(range(256)) * 4096  # a MiB


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


def test_bytes_are_read_by_ranges(files: FilesService) -> None:
    files.write_file(PATH, LARGE)
    with files.open(PATH, "rb") as file:
        assert file.read(5) == LARGE[:5]
        assert file.tell() == 5
        assert file.seek(-3, io.SEEK_END) == len(LARGE) - 3
        assert file.read() == LARGE[-3:]
        assert file.read() == b""
        assert file.seek(700_000) == 700_000
        assert file.seek(1, io.SEEK_CUR) == 700_001
        assert file.read(300_000) == LARGE[700_001:1_000_001]
        file.seek(0)
        assert file.read() == LARGE
        buffer = bytearray(4)
        file.seek(256)
        assert (file.readinto(buffer), bytes(buffer)) == (4, LARGE[:4])
        assert len(file.read1(10)) == 10
        with pytest.raises(io.UnsupportedOperation):
            file.write(b"x")
    assert file.closed
    with pytest.raises(ValueError, match="cannot be used any more"):
        file.read()


def test_text_comes_by_lines(files: FilesService) -> None:
    lines = [f"{number} é\r\n" for number in range(60_000)]
    files.write_file(PATH, "".join(lines))
    with files.open(PATH) as file:
        assert file.readline() == "0 é\n"
        assert file.read(4) == "1 é\n"
        assert [line for line in file] == [line.replace("\r", "") for line in lines[2:]]
        file.seek(0)
        assert file.readline(2) == "0 "
        with pytest.raises(io.UnsupportedOperation):
            file.tell()
    with files.open(PATH, newline="") as file:
        assert file.readlines() == lines


class Pieces(bytes):
    """Content of which every part that is cut out is counted."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        Pieces.copied += len(part) if isinstance(part, bytes) else 0
        return Pieces(part) if isinstance(part, bytes) else part

    def __radd__(self, before: bytes) -> Pieces:
        return Pieces(bytes(before) + bytes(self))


def test_reading_copies_no_more_than_what_it_returns(
    files: FilesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_file(PATH, b"a line\n" * 30_000)
    fetch = FilesService.read_bytes

    def counted(self: FilesService, path: str, **arguments: Any) -> bytes:
        return Pieces(fetch(self, path, **arguments))

    monkeypatch.setattr(FilesService, "read_bytes", counted)
    monkeypatch.setattr(Pieces, "copied", 0)
    with files.open(PATH, "rb") as file:
        for _ in range(30_000):
            assert file.readline() == b"a line\n"
        assert file.readline() == b""
    assert Pieces.copied <= 2 * 7 * 30_000


def test_a_server_that_knows_no_ranges_sends_the_file_once(
    files: FilesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write_file(PATH, LARGE)

    def whole(self: FilesService, path: str, **options: Any) -> bytes:
        return LARGE

    monkeypatch.setattr(FilesService, "read_bytes", whole)
    with files.open(PATH, "rb") as file:
        assert file.read(5) == LARGE[:5]
        assert file.read() == LARGE[5:]
        file.seek(300_000)
        assert file.read() == LARGE[300_000:]


def test_lines_and_parts_go_across_pieces(files: FilesService) -> None:
    lines = [b"x" * 300_000 + b"\n", b"y" * 700_000 + b"\n", b"end"]
    files.write_file(PATH, b"".join(lines))
    with files.open(PATH, "rb") as file:
        assert file.readline(3) == b"xxx"
        assert file.readline(0) == b""
        assert file.readline(290_000) == b"x" * 290_000
        assert file.readline() == b"x" * 9_997 + b"\n"
        assert file.readlines() == lines[1:]


def test_a_file_of_the_system_that_tells_no_length_is_read(files: FilesService) -> None:
    with files.open("/proc/self/status") as file:
        assert "Name:" in file.read()


def test_what_is_written_arrives_with_the_end_of_the_block(files: FilesService) -> None:
    with files.open(PATH, "w") as file:
        assert file.write("é\n") == 2
        file.flush()
        assert files.read_file(PATH) == "é\n"
        file.write("two")
    assert files.read_file(PATH) == "é\ntwo"
    assert (files.get_file_info([PATH]))[PATH].mode == 644
    with files.open(PATH, "wb", permissions=600) as binary:
        binary.write(LARGE)
        binary.seek(0)
        binary.write(b"changed")
    assert files.read_bytes(PATH) == b"changed" + LARGE[7:]
    assert (files.get_file_info([PATH]))[PATH].mode == 600
    with files.open(PATH, "w"):
        pass
    assert files.read_bytes(PATH) == b""
    assert (files.get_file_info([PATH]))[PATH].mode == 600


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_encoding_marks_the_start_of_a_file_alone(files: FilesService, encoding: str) -> None:
    with files.open(PATH, "w", encoding=encoding) as file:
        file.writelines(["lost", "é"])
        file.seek(0)
        file.writelines(["one", "two"])
    assert (files.read_bytes(PATH)).startswith("onetwo".encode(encoding))
    with files.open(PATH, "w", encoding=encoding) as file:
        file.writelines(["one", "two"])
    with files.open(PATH, "a", encoding=encoding) as file:
        file.write("three")
    assert files.read_bytes(PATH) == "onetwothree".encode(encoding)


def test_text_that_does_not_fit_its_encoding_is_told_as_such(files: FilesService) -> None:
    with files.open(PATH, "w") as file:
        with pytest.raises(InvalidArgumentException, match="is no text that can be sent"):
            file.write("\ud83d")
    with files.open(PATH, "w", encoding="ascii") as file:
        with pytest.raises(InvalidArgumentException, match="the encoding 'ascii'"):
            file.write("é")
    files.write_file(PATH, b"x" * 300_000 + b"\xff")
    with files.open(PATH) as read:
        with pytest.raises(InvalidArgumentException, match="at byte 300000;"):
            read.read()


def test_a_file_object_is_an_iterator(files: FilesService) -> None:
    with files.open(PATH, "wb") as file:
        file.writelines([b"1\n", b"2\n"])
        assert (file.isatty(), file.encoding) == (False, None)
    with files.open(PATH) as read:
        assert read.encoding == "utf-8"
        assert next(read) == "1\n"
        assert [line for line in read] == ["2\n"]
        with pytest.raises(StopIteration):
            next(read)


def test_links_are_followed(files: FilesService, sandbox: SandboxSync) -> None:
    files.write_file(PATH, "secret", mode=600)
    links = "ln -s file link && ln -s . here && ln -s nothing dangling"
    sandbox.commands.run(links, cwd="/workspace/opened", check=True)
    link = "/workspace/opened/link"
    with files.open(link, "rb") as read:
        assert read.seek(0, io.SEEK_END) == len("secret")
        assert read.seek(-3, io.SEEK_END) == 3
        assert read.read() == b"ret"
    with files.open(link, "w") as file:
        file.write("changed")
    assert files.read_file(PATH) == "changed"
    assert (files.get_file_info([PATH]))[PATH].mode == 600
    for mode in ("r", "w", "a"):
        with pytest.raises(IsADirectoryError):
            files.open("/workspace/opened/here", mode)
    with pytest.raises(FileNotFoundError):
        files.open("/workspace/opened/dangling")


def test_the_end_of_an_empty_file_is_its_start(files: FilesService) -> None:
    files.write_file(PATH, "")
    with files.open(PATH, "rb") as file:
        assert file.seek(0, io.SEEK_END) == 0


def test_a_variable_that_is_not_defined_is_part_of_a_name(files: FilesService) -> None:
    path = "/workspace/opened/$not_defined/$id.tsx"
    for mode in ("w", "a"):
        with files.open(path, mode) as file:
            file.write(mode)
    with files.open(path, "rb") as read:
        assert read.seek(0, io.SEEK_END) == 2
        read.seek(0)
        assert read.read() == b"wa"
    with pytest.raises(FileExistsError):
        files.open(path, "x")
    with pytest.raises(FileNotFoundError):
        files.open("/workspace/opened/$id.none")
    with pytest.raises(IsADirectoryError):
        files.open("/workspace/opened/$not_defined")


def test_appending_and_exclusive_files(files: FilesService) -> None:
    for word in ("a", "b"):
        with files.open(PATH, "a") as file:
            file.write(word)
            file.flush()
            file.write(word)
    assert files.read_file(PATH) == "aabb"
    with pytest.raises(FileExistsError):
        files.open(PATH, "x")
    with files.open(PATH + ".new", "x") as file:
        file.write("new")
    assert files.read_file(PATH + ".new") == "new"


def test_a_block_that_fails_writes_nothing(files: FilesService) -> None:
    files.write_file(PATH, "old")

    def fail() -> None:
        with files.open(PATH, "w") as file:
            file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert files.read_file(PATH) == "old"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"mode": "r+"}, InvalidArgumentException),
        ({"mode": "bb"}, InvalidArgumentException),
        ({"mode": "rb", "encoding": "utf-8"}, InvalidArgumentException),
        ({"newline": "x"}, InvalidArgumentException),
        ({"permissions": "no"}, InvalidArgumentException),
        ({"encoding": "no such"}, InvalidArgumentException),
        ({}, FileNotFoundError),
        ({"path": "/usr"}, IsADirectoryError),
        ({"path": "/usr", "mode": "w"}, IsADirectoryError),
    ],
)
def test_what_cannot_be_opened(files: FilesService, arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        files.open(**{"path": "/workspace/not/there", **arguments})


def test_text_and_bytes_are_told_apart(files: FilesService) -> None:
    file: Any = files.open(PATH, "wb")
    with pytest.raises(TypeError, match="takes bytes"):
        file.write("text")
    file.close()
