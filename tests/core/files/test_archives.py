"""Local trees as archives: what is kept, what is refused, and that nothing escapes."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import tarfile
from pathlib import Path

import pytest

from opensandbox._core.files.archives import Special, TreeReader
from opensandbox._core.files.unpacking import unpack
from opensandbox.exceptions import InvalidArgumentException, SandboxInternalException
from tests.support.trees import describe, make_tree


def test_archive_unpacks_to_the_same_tree_with_tar_and_with_ours(tmp_path: Path) -> None:
    source = make_tree(tmp_path / "source")
    with TreeReader(source) as reader:
        content = reader.read()
        assert len(content) == reader.size
        assert reader.read(1) == b""

    (tmp_path / "tar").mkdir()
    subprocess.run(["tar", "-xpof", "-", "-C", tmp_path / "tar"], input=content, check=True)
    assert describe(tmp_path / "tar") == describe(source)

    unpack(io.BytesIO(content), tmp_path / "ours")
    assert describe(tmp_path / "ours") == describe(source)


@pytest.mark.parametrize("size", [1, 511, 512, 513, 10_000])
def test_reads_of_any_size_give_the_same_archive_also_after_going_back(tmp_path: Path, size: int) -> None:
    with TreeReader(make_tree(tmp_path / "source")) as reader:
        whole = reader.read()
        assert reader.seek(0, os.SEEK_END) == len(whole)
        reader.seek(0)
        assert b"".join(iter(lambda: reader.read(size), b"")) == whole


def test_names_of_any_length_and_bytes_survive(tmp_path: Path) -> None:
    source = tmp_path / "source"
    deep = source.joinpath(*["d" * 60] * 3)
    deep.mkdir(parents=True)
    names = [b"caf\xe9", "ü ö\n".encode(), b"x" * 200, b"quo\"te's", b"# % $HOME"]
    for name in names:
        (deep / os.fsdecode(name)).write_text("content")

    with TreeReader(source) as reader:
        unpack(io.BytesIO(reader.read()), tmp_path / "target")

    assert describe(tmp_path / "target") == describe(source)
    assert len(list(tmp_path.joinpath("target").rglob("*"))) == 3 + len(names)


def test_special_files_are_left_out_and_listed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "below").mkdir(parents=True)
    os.mkfifo(source / "below" / "pipe")
    (source / "file").write_text("x")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(source / "socket"))
        with TreeReader(source) as reader:
            assert sorted(reader.specials) == [Special("below/pipe", "pipe"), Special("socket", "socket")]
            unpack(io.BytesIO(reader.read()), tmp_path / "target")
    names = [path.name for path in (tmp_path / "target").rglob("*")]
    assert sorted(names) == ["below", "file"]


@pytest.mark.parametrize("size", [1 << 20, (1 << 20) + 1, 5 << 20])
@pytest.mark.parametrize("data", [{}, {0: b"head"}, {300_000: b"middle"}, {0: b"a", 700_000: b"b" * 9000}])
def test_holes_stay_holes(tmp_path: Path, size: int, data: dict[int, bytes]) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (source / "disk").open("wb") as file:
        for start, content in data.items():
            file.seek(start)
            file.write(content)
        file.truncate(size)
    with TreeReader(source, sparse=True) as reader:
        assert reader.has_holes
        content = reader.read()
        assert len(content) == reader.size < 100_000
        reader.seek(0)
        assert b"".join(iter(lambda: reader.read(1000), b"")) == content
    (tmp_path / "tar").mkdir()
    subprocess.run(["tar", "-xpof", "-", "-C", tmp_path / "tar"], input=content, check=True)
    assert unpack(io.BytesIO(content), tmp_path / "ours") == []
    for name in ("tar", "ours"):
        copy = tmp_path / name / "disk"
        assert copy.read_bytes() == (source / "disk").read_bytes()
        assert copy.stat().st_blocks * 512 < 100_000


def test_an_archive_of_gnu_tar_with_holes_unpacks(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    os.mkfifo(source / "pipe")
    with (source / "disk").open("wb") as file:
        for start in range(0, 30 << 20, 1 << 20):  # more segments than a header has room for
            file.seek(start)
            file.write(b"data")
        file.truncate(40 << 20)
    for form in ("gnu", "pax"):
        packed = subprocess.run(
            ["tar", "-cSf", "-", f"--format={form}", "-C", source, "."], check=True, capture_output=True
        ).stdout
        assert len(packed) < 1 << 20
        assert unpack(io.BytesIO(packed), tmp_path / form) == [Special("pipe", "pipe")]
        assert (tmp_path / form / "disk").read_bytes() == (source / "disk").read_bytes()
        assert (tmp_path / form / "disk").stat().st_blocks * 512 < 1 << 20


@pytest.mark.parametrize("content", [b"", b"longer than before"])
def test_file_that_changes_its_length_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "changing").write_bytes(b"before")
    with TreeReader(tmp_path) as reader:
        (tmp_path / "changing").write_bytes(content)
        with pytest.raises(InvalidArgumentException, match="changing"):
            reader.read()


def test_source_must_be_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentException, match=r"source.*missing"):
        TreeReader(tmp_path / "missing")


def archive(*members: tuple[str, bytes, str]) -> io.BytesIO:
    """Return an archive of (name, type, link target)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, target in members:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            content = b"payload" if kind == tarfile.REGTYPE else b""
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    out.seek(0)
    return out


@pytest.mark.parametrize(
    "members",
    [
        [("../escaped", tarfile.REGTYPE, "")],
        [("a/../../escaped", tarfile.REGTYPE, "")],
        [("OUTSIDE/escaped", tarfile.REGTYPE, "")],
        [("link", tarfile.SYMTYPE, ".."), ("link/escaped", tarfile.REGTYPE, "")],
        [("link", tarfile.SYMTYPE, "OUTSIDE"), ("link/escaped", tarfile.REGTYPE, "")],
        [("hard", tarfile.LNKTYPE, "../secret")],
        [("link", tarfile.SYMTYPE, "../secret"), ("hard", tarfile.LNKTYPE, "link")],
    ],
)
def test_hostile_archive_touches_nothing_outside(
    tmp_path: Path, members: list[tuple[str, bytes, str]]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    target = outside / "target"
    given = [
        (name.replace("OUTSIDE", str(outside)), kind, link.replace("OUTSIDE", str(outside)))
        for name, kind, link in members
    ]

    with pytest.raises(SandboxInternalException):
        unpack(archive(*given), target)

    assert not (outside / "escaped").exists()
    assert (outside / "secret").stat().st_nlink == 1
    assert (outside / "secret").read_text() == "secret"


def test_target_that_holds_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    for name in ("full", "full/file", "link"):
        with pytest.raises(InvalidArgumentException, match=name):
            unpack(archive(("a", tarfile.REGTYPE, "")), tmp_path / name)

    unpack(archive(("a", tarfile.REGTYPE, "")), tmp_path / "empty")
    assert (tmp_path / "empty" / "a").read_bytes() == b"payload"


def test_broken_archive_is_said_to_be_broken(tmp_path: Path) -> None:
    with pytest.raises(SandboxInternalException, match="archive"):
        unpack(io.BytesIO(b"no archive" * 100), tmp_path / "target")


def header(**members: object) -> bytes:
    info = tarfile.TarInfo("name")
    for name, value in members.items():
        setattr(info, name, value)
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def sparse(table: bytes, realsize: str = "100", size: int = 512) -> bytes:
    numbers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "name"}
    return header(size=size, pax_headers={**numbers, "GNU.sparse.realsize": realsize}) + table.ljust(
        512, b"\0"
    )


def file(name: str) -> bytes:
    return header(name=name)


HOSTILE = {
    "a terabyte that is not there": header(size=1 << 40),
    "a terabyte in a hole that is data": sparse(b"1\n0\n1099511627776\n", "1099511627776"),
    "segments that overlap": sparse(b"2\n0\n50\n10\n50\n"),
    "a segment before the file": sparse(b"1\n-5\n10\n"),
    "a segment behind the file": sparse(b"1\n90\n20\n"),
    "a negative length": sparse(b"1\n0\n-1\n"),
    "a table that is none": sparse(b"one\ntwo\n"),
    "a table without end": sparse(b"99999999\n0\n"),
    "a size that is none": sparse(b"0\n", "many"),
    "a time beyond all times": header(pax_headers={"mtime": "1e300"}),
    "a time that is none": header(pax_headers={"mtime": "nan"}),
    "a name with NUL": header(pax_headers={"path": "a\0b"}),
    "a name too long": header(name="n" * 5000),
    "a file twice": file("a") + file("a"),
    "a file as a directory": file("a") + file("a/b"),
    "a link to nothing": header(type=tarfile.LNKTYPE, linkname="nothing"),
    "a link to itself": header(type=tarfile.LNKTYPE, linkname="name"),
    "an empty link": header(type=tarfile.SYMTYPE, linkname=""),
    "the target itself": header(name=".", type=tarfile.SYMTYPE, linkname="/"),
    "a header that is cut": header()[:200],
    "a sum that is wrong": b"x" + header()[1:],
    "no archive": b"no archive" * 100,
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_wrong_with_an_archive_is_an_error_of_the_package(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SandboxInternalException):
        unpack(io.BytesIO(content + bytes(1024) if content else b""), tmp_path / "target")
    kept = sum(path.lstat().st_blocks * 512 for path in tmp_path.rglob("*"))
    assert kept < 1 << 20


def test_unpacking_can_be_stopped(tmp_path: Path) -> None:
    seen = 0

    def still() -> None:
        nonlocal seen
        seen += 1
        if seen == 5:
            raise TimeoutError

    with pytest.raises(SandboxInternalException):
        unpack(archive(*[(f"{n}", tarfile.REGTYPE, "") for n in range(100)]), tmp_path / "target", still)
    assert seen == 5
