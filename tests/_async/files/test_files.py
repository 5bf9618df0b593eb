"""Files against a real daemon: contents, names, modes, listings, and errors that name the path."""

from __future__ import annotations

import io
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from opensandbox._async.files.service import FilesService
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxFileNotFoundException,
    SandboxInvalidRequestException,
)
from opensandbox.models.filesystem import (
    ContentReplaceEntry,
    ContentReplaceResult,
    DirectoryListEntry,
    MoveEntry,
    SearchEntry,
    SetPermissionEntry,
    WriteEntry,
)
from tests._async.daemon_files import files_of
from tests.local.execd.daemon import Execd, running_execd

pytestmark = pytest.mark.anyio

NAMES = [
    "plain.txt",
    "with space",
    "ünïcode 文件",
    "quo\"te's",
    "a#b%20c?d&e=f",
    "new\nline",
    "tab\tback\\slash",
    "-rf",
    "+",
]
MIB = 1 << 20


@pytest.fixture(scope="module")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    with running_execd(tmp_path_factory.mktemp("execd")) as running:
        yield running


@pytest.fixture
async def files(execd: Execd) -> AsyncIterator[FilesService]:
    async with files_of(execd) as service:
        yield service


@pytest.mark.parametrize("name", NAMES)
async def test_name_survives_every_operation(files: FilesService, tmp_path: Path, name: str) -> None:
    path, moved = str(tmp_path / "dir" / name), str(tmp_path / "moved" / name)

    await files.write_file(path, "text", mode=640)
    assert (tmp_path / "dir" / name).read_text() == "text"
    assert await files.read_file(path) == "text"
    assert (await files.get_file_info([path]))[path].path == path
    assert [
        entry.path for entry in await files.list_directory(DirectoryListEntry(path=str(tmp_path / "dir")))
    ] == [path]
    await files.replace_contents([ContentReplaceEntry(path=path, old_content="text", new_content="new")])
    await files.set_permissions([SetPermissionEntry(path=path, mode=600)])
    await files.move_files([MoveEntry(src=path, dest=moved)])
    assert [entry.path for entry in await files.search(SearchEntry(path=str(tmp_path), pattern="*"))] == [
        moved
    ]
    assert await files.read_bytes(moved) == b"new"
    assert not await files.exists(path)
    await files.delete_files([moved])
    await files.create_directories([WriteEntry(path=moved)])
    await files.delete_directories([moved])
    assert not await files.exists(moved)


@pytest.mark.parametrize(
    "size", [0, 1, 18 * 1024 - 1, 18 * 1024, 18 * 1024 + 1, 64 * 1024, MIB, MIB + 1, 3 * MIB + 7]
)
async def test_content_of_any_size_and_kind_comes_back(
    files: FilesService, tmp_path: Path, size: int
) -> None:
    content, path = os.urandom(size), str(tmp_path / "remote")
    (tmp_path / "local").write_bytes(content)
    reading, writing = os.pipe() if size <= 18 * 1024 else (None, None)

    await files.write_file(path, content)
    assert await files.read_bytes(path) == content
    await files.write_file(path, io.BytesIO(content))
    assert await files.read_bytes(path) == content
    with (tmp_path / "local").open("rb") as opened:
        opened.seek(size // 2)
        await files.write_file(path, opened)
        assert not opened.closed
    assert await files.read_bytes(path) == content
    if reading is not None and writing is not None:
        os.write(writing, content)
        os.close(writing)
        with open(reading, "rb") as pipe:
            await files.write_file(path, pipe)
        assert await files.read_bytes(path) == content
    pieces = [piece async for piece in await files.read_bytes_stream(path, chunk_size=5000)]
    assert b"".join(pieces) == content
    assert all(len(piece) == 5000 for piece in pieces[:-1])


async def test_file_that_cannot_be_rewound_is_sent_with_its_length_where_that_is_needed(
    files: FilesService, execd: Execd, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"from a pipe")
    os.close(writing)
    fixed = FilesService(files._connection, fixed_length=True)
    with open(reading, "rb") as pipe:
        await fixed.write_file(str(tmp_path / "a"), pipe)
    assert (tmp_path / "a").read_bytes() == b"from a pipe"


async def test_text_goes_in_its_encoding_and_comes_back(files: FilesService, tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    await files.write_file(path, "grüße", encoding="latin-1")
    assert (tmp_path / "a").read_bytes() == "grüße".encode("latin-1")
    assert await files.read_file(path, encoding="latin-1") == "grüße"

    with pytest.raises(InvalidArgumentException) as caught:
        await files.read_file(path)
    assert path in str(caught.value)
    assert isinstance(caught.value.__cause__, UnicodeDecodeError)


async def test_several_files_are_written_in_order_each_with_its_mode(
    files: FilesService, tmp_path: Path
) -> None:
    paths = [str(tmp_path / name) for name in ("a", "b", "a")]
    await files.write_files(
        [
            WriteEntry(path=paths[0], data="first", mode=600),
            WriteEntry(path=paths[1], data=b"\0\xff", mode=0o640),
            WriteEntry(path=paths[2], data=io.BytesIO(b"second"), mode=751),
        ]
    )
    assert (tmp_path / "a").read_text() == "second"
    assert (tmp_path / "b").read_bytes() == b"\0\xff"
    info = await files.get_file_info(paths)
    assert {path: entry.mode for path, entry in info.items()} == {paths[0]: 751, paths[1]: 640}
    assert await files.write_files([]) is None


async def test_parts_of_a_file(files: FilesService, tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    await files.write_file(path, "one\r\ntwo\nthree\nfour\n")
    assert await files.read_bytes(path, range_header="bytes=5-7") == b"two"
    assert await files.read_file(path, range_header="bytes=-5") == "four\n"
    assert await files.read_file(path, offset=2, limit=2) == "two\nthree"
    assert await files.read_file(path, offset=4) == "four"
    assert await files.read_file(path, limit=1) == "one"
    assert await files.read_file(path, offset=9) == ""
    assert [piece async for piece in await files.read_bytes_stream(path, range_header="bytes=0-4")] == [
        b"one\r\n"
    ]
    with pytest.raises(SandboxInvalidRequestException) as caught:
        await files.read_bytes(path, range_header="bytes=100-")
    assert caught.value.status_code == 416


async def test_missing_file_is_not_found_under_its_path(files: FilesService, tmp_path: Path) -> None:
    path = str(tmp_path / "missing")
    for call in (
        lambda: files.read_file(path),
        lambda: files.read_bytes(path),
        lambda: files.read_bytes_stream(path),
        lambda: files.get_file_info([path]),
        lambda: files.list_directory(DirectoryListEntry(path=path)),
        lambda: files.search(SearchEntry(path=path, pattern="*")),
        lambda: files.move_files([MoveEntry(src=path, dest=path + "2")]),
        lambda: files.replace_contents([ContentReplaceEntry(path=path, old_content="a", new_content="b")]),
        lambda: files.download(path, tmp_path / "here"),
    ):
        with pytest.raises(SandboxFileNotFoundException) as caught:
            await call()
        assert caught.value.code == "FILE_NOT_FOUND"
        assert isinstance(caught.value, FileNotFoundError)
        assert caught.value.filename == path
        assert path in str(caught.value)
    assert not await files.exists(path)
    await files.delete_files([path])
    await files.delete_directories([path])
    assert list(tmp_path.iterdir()) == []


async def test_directory_where_a_file_is_meant_is_an_error_that_names_it(
    files: FilesService, tmp_path: Path
) -> None:
    path = str(tmp_path)
    for call in (
        lambda: files.read_bytes(path),
        lambda: files.write_file(path, "x"),
        lambda: files.delete_files([path]),
    ):
        with pytest.raises(SandboxApiException) as caught:
            await call()
        assert path in str(caught.value)


async def test_replacements_for_one_file_are_applied_one_after_the_other(
    files: FilesService, tmp_path: Path
) -> None:
    path, other = str(tmp_path / "a"), str(tmp_path / "b")
    await files.write_files([WriteEntry(path=path, data="aaab"), WriteEntry(path=other, data="a")])
    results = await files.replace_contents_detailed(
        [
            ContentReplaceEntry(path=path, old_content="a", new_content="b"),
            ContentReplaceEntry(path=path, old_content="b", new_content="c"),
            ContentReplaceEntry(path=other, old_content="z", new_content=""),
        ]
    )
    assert results == [
        ContentReplaceResult(path=path, replaced_count=3),
        ContentReplaceResult(path=path, replaced_count=4),
        ContentReplaceResult(path=other, replaced_count=0),
    ]
    assert await files.read_file(path) == "cccc"


async def test_permissions_for_one_path_are_applied_one_after_the_other(
    files: FilesService, tmp_path: Path
) -> None:
    path = str(tmp_path / "a")
    await files.write_file(path, "", mode=644)
    await files.set_permissions(
        [SetPermissionEntry(path=path, mode=600), SetPermissionEntry(path=path, mode=0)]
    )
    assert (await files.get_file_info([path]))[path].mode == 600


async def test_directories_that_contradict_each_other_are_refused(
    files: FilesService, tmp_path: Path
) -> None:
    path = str(tmp_path / "a")
    with pytest.raises(InvalidArgumentException, match="twice"):
        await files.create_directories([WriteEntry(path=path, mode=700), WriteEntry(path=path, mode=755)])
    assert not await files.exists(path)
    await files.create_directories([WriteEntry(path=path, mode=700), WriteEntry(path=path, mode=700)])
    assert (await files.get_file_info([path]))[path].mode == 700


async def test_many_paths_fit_into_queries(files: FilesService, tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{index:04} {'ü' * 40}") for index in range(600)]
    await files.write_files([WriteEntry(path=path, data="") for path in paths])
    assert set(await files.get_file_info(paths)) == set(paths)
    await files.delete_files(paths)
    assert list(tmp_path.iterdir()) == []


async def test_walk_visits_everything_once_parents_first_and_follows_no_link(
    files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").touch()
    (tmp_path / "a" / "loop").symlink_to("..")
    (tmp_path / "z").touch()
    found = [(entry.path, entry.entry_type) async for entry in files.walk(str(tmp_path))]
    assert found == [
        (str(tmp_path / "a"), "directory"),
        (str(tmp_path / "a" / "b"), "directory"),
        (str(tmp_path / "a" / "b" / "file"), "file"),
        (str(tmp_path / "a" / "loop"), "symlink"),
        (str(tmp_path / "z"), "file"),
    ]


async def test_listing_goes_as_deep_as_asked(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    for depth, expected in ((None, 1), (0, 0), (1, 1), (2, 2), (9, 3)):
        assert (
            len(await files.list_directory(DirectoryListEntry(path=str(tmp_path), depth=depth))) == expected
        )


@pytest.mark.parametrize("data", [io.StringIO("text"), None], ids=["text stream", "nothing"])
async def test_data_that_cannot_be_sent_is_refused_by_path(
    files: FilesService, tmp_path: Path, data: object
) -> None:
    with pytest.raises(InvalidArgumentException, match="/a"):
        await files.write_file(str(tmp_path / "a"), data)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


async def test_refused_entry_keeps_the_others_from_being_written(files: FilesService, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentException, match="/b"):
        await files.write_files(
            [WriteEntry(path=str(tmp_path / "a"), data="a"), WriteEntry(path=str(tmp_path / "b"))]
        )
    assert list(tmp_path.iterdir()) == []


async def test_file_opened_for_writing_only_is_refused(files: FilesService, tmp_path: Path) -> None:
    with (tmp_path / "local").open("wb") as opened, pytest.raises(InvalidArgumentException, match="'rb'"):
        await files.write_file(str(tmp_path / "a"), opened)


async def test_error_of_the_callers_own_file_passes_unchanged(files: FilesService, tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        await files.write_file(str(tmp_path / "a"), Broken())
    assert not (tmp_path / "a").exists()


async def test_file_that_grows_while_it_is_sent_is_refused_by_path(
    files: FilesService, tmp_path: Path
) -> None:
    class Growing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            if whence == os.SEEK_END:
                return 2 * MIB
            return super().seek(offset, whence)

    with pytest.raises(InvalidArgumentException, match=r"/a.*changed its length"):
        await files.write_file(str(tmp_path / "a"), Growing(bytes(2 * MIB + 1)))
    with pytest.raises(InvalidArgumentException, match=r"/a.*changed its length"):
        await files.write_file(str(tmp_path / "a"), Growing(b"1"))
    assert not (tmp_path / "a").exists()


async def test_progress_tells_every_byte(files: FilesService, tmp_path: Path) -> None:
    content = os.urandom(2 * MIB + 5)
    (tmp_path / "local").write_bytes(content)
    up: list[tuple[int, int | None]] = []
    down: list[tuple[int, int | None]] = []
    await files.upload(tmp_path / "local", str(tmp_path / "remote"), progress=lambda *told: up.append(told))
    await files.download(
        str(tmp_path / "remote"), tmp_path / "back", progress=lambda *told: down.append(told)
    )
    for told in (up, down):
        assert told[-1] == (len(content), len(content))
        assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert (tmp_path / "back").read_bytes() == content


async def test_upload_keeps_the_mode_of_the_local_file_unless_told(
    files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "local").write_text("x")
    for local, given, expected in ((0o640, None, 640), (0o511, None, 511), (0o640, 600, 600)):
        (tmp_path / "local").chmod(local)
        await files.upload(tmp_path / "local", str(tmp_path / "remote"), mode=given)
        assert (await files.get_file_info([str(tmp_path / "remote")]))[
            str(tmp_path / "remote")
        ].mode == expected


async def test_what_needs_a_shell_is_refused_without_one(files: FilesService, tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    for call in (
        lambda: files.write_file(path, "x", verify=True),
        lambda: files.download(path, tmp_path / "here", verify=True),
        lambda: files.upload_dir(tmp_path, path),
        lambda: files.download_dir(path, tmp_path / "here"),
        lambda: files.copy(path, path + "2"),
    ):
        with pytest.raises(InvalidArgumentException, match=r"sandbox\.files"):
            await call()
    assert list(tmp_path.iterdir()) == []
