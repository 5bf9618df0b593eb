"""`files.open`: file objects for files of a sandbox, read by ranges and written when they are closed."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.files.service import FilesService
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer

pytestmark = pytest.mark.anyio

PATH = "/workspace/opened/file"
LARGE = bytes(range(256)) * 4096  # a MiB


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


@pytest.fixture
async def files(sandbox: Sandbox) -> FilesService:
    return sandbox.files


async def test_bytes_are_read_by_ranges(files: FilesService) -> None:
    await files.write_file(PATH, LARGE)
    async with await files.open(PATH, "rb") as file:
        assert await file.read(5) == LARGE[:5]
        assert file.tell() == 5
        assert await file.seek(-3, io.SEEK_END) == len(LARGE) - 3
        assert await file.read() == LARGE[-3:]
        assert await file.read() == b""
        assert await file.seek(700_000) == 700_000
        assert await file.seek(1, io.SEEK_CUR) == 700_001
        assert await file.read(300_000) == LARGE[700_001:1_000_001]
        await file.seek(0)
        assert await file.read() == LARGE
        buffer = bytearray(4)
        await file.seek(256)
        assert (await file.readinto(buffer), bytes(buffer)) == (4, LARGE[:4])
        assert len(await file.read1(10)) == 10
        with pytest.raises(io.UnsupportedOperation):
            await file.write(b"x")
    assert file.closed
    with pytest.raises(ValueError, match="cannot be used any more"):
        await file.read()


async def test_text_comes_by_lines(files: FilesService) -> None:
    lines = [f"{number} é\r\n" for number in range(60_000)]
    await files.write_file(PATH, "".join(lines))
    async with await files.open(PATH) as file:
        assert await file.readline() == "0 é\n"
        assert await file.read(4) == "1 é\n"
        assert [line async for line in file] == [line.replace("\r", "") for line in lines[2:]]
        await file.seek(0)
        assert await file.readline(2) == "0 "
        with pytest.raises(io.UnsupportedOperation):
            file.tell()
    async with await files.open(PATH, newline="") as file:
        assert await file.readlines() == lines


class Pieces(bytes):
    """Content of which every part that is cut out is counted."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        Pieces.copied += len(part) if isinstance(part, bytes) else 0
        return Pieces(part) if isinstance(part, bytes) else part

    def __radd__(self, before: bytes) -> Pieces:
        return Pieces(bytes(before) + bytes(self))


async def test_reading_copies_no_more_than_what_it_returns(
    files: FilesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.write_file(PATH, b"a line\n" * 30_000)
    fetch = FilesService.read_bytes

    async def counted(self: FilesService, path: str, **arguments: Any) -> bytes:
        return Pieces(await fetch(self, path, **arguments))

    monkeypatch.setattr(FilesService, "read_bytes", counted)
    monkeypatch.setattr(Pieces, "copied", 0)
    async with await files.open(PATH, "rb") as file:
        for _ in range(30_000):
            assert await file.readline() == b"a line\n"
        assert await file.readline() == b""
    assert Pieces.copied <= 2 * 7 * 30_000


async def test_a_server_that_knows_no_ranges_sends_the_file_once(
    files: FilesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.write_file(PATH, LARGE)

    async def whole(self: FilesService, path: str, **options: Any) -> bytes:
        return LARGE

    monkeypatch.setattr(FilesService, "read_bytes", whole)
    async with await files.open(PATH, "rb") as file:
        assert await file.read(5) == LARGE[:5]
        assert await file.read() == LARGE[5:]
        await file.seek(300_000)
        assert await file.read() == LARGE[300_000:]


async def test_lines_and_parts_go_across_pieces(files: FilesService) -> None:
    lines = [b"x" * 300_000 + b"\n", b"y" * 700_000 + b"\n", b"end"]
    await files.write_file(PATH, b"".join(lines))
    async with await files.open(PATH, "rb") as file:
        assert await file.readline(3) == b"xxx"
        assert await file.readline(0) == b""
        assert await file.readline(290_000) == b"x" * 290_000
        assert await file.readline() == b"x" * 9_997 + b"\n"
        assert await file.readlines() == lines[1:]


async def test_a_file_of_the_system_that_tells_no_length_is_read(files: FilesService) -> None:
    async with await files.open("/proc/self/status") as file:
        assert "Name:" in await file.read()


async def test_what_is_written_arrives_with_the_end_of_the_block(files: FilesService) -> None:
    async with await files.open(PATH, "w") as file:
        assert await file.write("é\n") == 2
        await file.flush()
        assert await files.read_file(PATH) == "é\n"
        await file.write("two")
    assert await files.read_file(PATH) == "é\ntwo"
    assert (await files.get_file_info([PATH]))[PATH].mode == 644
    async with await files.open(PATH, "wb", permissions=600) as binary:
        await binary.write(LARGE)
        await binary.seek(0)
        await binary.write(b"changed")
    assert await files.read_bytes(PATH) == b"changed" + LARGE[7:]
    assert (await files.get_file_info([PATH]))[PATH].mode == 600
    async with await files.open(PATH, "w"):
        pass
    assert await files.read_bytes(PATH) == b""
    assert (await files.get_file_info([PATH]))[PATH].mode == 600


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_an_encoding_marks_the_start_of_a_file_alone(files: FilesService, encoding: str) -> None:
    async with await files.open(PATH, "w", encoding=encoding) as file:
        await file.writelines(["lost", "é"])
        await file.seek(0)
        await file.writelines(["one", "two"])
    assert (await files.read_bytes(PATH)).startswith("onetwo".encode(encoding))
    async with await files.open(PATH, "w", encoding=encoding) as file:
        await file.writelines(["one", "two"])
    async with await files.open(PATH, "a", encoding=encoding) as file:
        await file.write("three")
    assert await files.read_bytes(PATH) == "onetwothree".encode(encoding)


async def test_text_that_does_not_fit_its_encoding_is_told_as_such(files: FilesService) -> None:
    async with await files.open(PATH, "w") as file:
        with pytest.raises(InvalidArgumentException, match="is no text that can be sent"):
            await file.write("\ud83d")
    async with await files.open(PATH, "w", encoding="ascii") as file:
        with pytest.raises(InvalidArgumentException, match="the encoding 'ascii'"):
            await file.write("é")
    await files.write_file(PATH, b"x" * 300_000 + b"\xff")
    async with await files.open(PATH) as read:
        with pytest.raises(InvalidArgumentException, match="at byte 300000;"):
            await read.read()


async def test_a_file_object_is_an_iterator(files: FilesService) -> None:
    async with await files.open(PATH, "wb") as file:
        await file.writelines([b"1\n", b"2\n"])
        assert (file.isatty(), file.encoding) == (False, None)
    async with await files.open(PATH) as read:
        assert read.encoding == "utf-8"
        assert await anext(read) == "1\n"
        assert [line async for line in read] == ["2\n"]
        with pytest.raises(StopAsyncIteration):
            await anext(read)


async def test_links_are_followed(files: FilesService, sandbox: Sandbox) -> None:
    await files.write_file(PATH, "secret", mode=600)
    links = "ln -s file link && ln -s . here && ln -s nothing dangling"
    await sandbox.commands.run(links, cwd="/workspace/opened", check=True)
    link = "/workspace/opened/link"
    async with await files.open(link, "rb") as read:
        assert await read.seek(0, io.SEEK_END) == len("secret")
        assert await read.seek(-3, io.SEEK_END) == 3
        assert await read.read() == b"ret"
    async with await files.open(link, "w") as file:
        await file.write("changed")
    assert await files.read_file(PATH) == "changed"
    assert (await files.get_file_info([PATH]))[PATH].mode == 600
    for mode in ("r", "w", "a"):
        with pytest.raises(IsADirectoryError):
            await files.open("/workspace/opened/here", mode)
    with pytest.raises(FileNotFoundError):
        await files.open("/workspace/opened/dangling")


async def test_the_end_of_an_empty_file_is_its_start(files: FilesService) -> None:
    await files.write_file(PATH, "")
    async with await files.open(PATH, "rb") as file:
        assert await file.seek(0, io.SEEK_END) == 0


async def test_a_variable_that_is_not_defined_is_part_of_a_name(files: FilesService) -> None:
    path = "/workspace/opened/$not_defined/$id.tsx"
    for mode in ("w", "a"):
        async with await files.open(path, mode) as file:
            await file.write(mode)
    async with await files.open(path, "rb") as read:
        assert await read.seek(0, io.SEEK_END) == 2
        await read.seek(0)
        assert await read.read() == b"wa"
    with pytest.raises(FileExistsError):
        await files.open(path, "x")
    with pytest.raises(FileNotFoundError):
        await files.open("/workspace/opened/$id.none")
    with pytest.raises(IsADirectoryError):
        await files.open("/workspace/opened/$not_defined")


async def test_appending_and_exclusive_files(files: FilesService) -> None:
    for word in ("a", "b"):
        async with await files.open(PATH, "a") as file:
            await file.write(word)
            await file.flush()
            await file.write(word)
    assert await files.read_file(PATH) == "aabb"
    with pytest.raises(FileExistsError):
        await files.open(PATH, "x")
    async with await files.open(PATH + ".new", "x") as file:
        await file.write("new")
    assert await files.read_file(PATH + ".new") == "new"


async def test_a_block_that_fails_writes_nothing(files: FilesService) -> None:
    await files.write_file(PATH, "old")

    async def fail() -> None:
        async with await files.open(PATH, "w") as file:
            await file.write("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await files.read_file(PATH) == "old"


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
async def test_what_cannot_be_opened(files: FilesService, arguments: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        await files.open(**{"path": "/workspace/not/there", **arguments})


async def test_text_and_bytes_are_told_apart(files: FilesService) -> None:
    file: Any = await files.open(PATH, "wb")
    with pytest.raises(TypeError, match="takes bytes"):
        await file.write("text")
    await file.close()
