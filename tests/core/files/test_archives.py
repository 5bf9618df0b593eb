"""Local trees as archives: what is kept, what is refused, and that nothing escapes."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from opensandbox._core.files.archives import TreeReader, unpack
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


def test_special_file_is_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidArgumentException, match="pipe"):
        TreeReader(tmp_path)


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
        [("escaped", tarfile.FIFOTYPE, "")],
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

    with pytest.raises((SandboxInternalException, OSError)):
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
