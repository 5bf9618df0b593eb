"""Trees that are deeper than a path is long: copied with everything that belongs to a file, and removed."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from opensandbox.local.deep_trees import copy_tree, remove_tree

DEPTH = 40
NAME = "n" * 200  # 8,000 bytes of path


def down(top: Path) -> int:
    """Return the open directory at the bottom, made where there is none."""
    place = os.open(top, os.O_RDONLY)
    for _ in range(DEPTH):
        if NAME not in os.listdir(place):
            os.mkdir(NAME, 0o750, dir_fd=place)
        below = os.open(NAME, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    return place


@pytest.fixture
def source(tmp_path: Path) -> Path:
    top = tmp_path / "source"
    top.mkdir()
    place = down(top)
    with open(os.open("file", os.O_CREAT | os.O_WRONLY, 0o640, dir_fd=place), "wb") as file:
        file.write(b"begin")
        file.seek(1 << 20)
        file.write(b"end")
        file.truncate(1 << 30)
    os.chmod("file", 0o4711, dir_fd=place)
    os.setxattr(f"/proc/self/fd/{place}/file", "user.mark", b"kept")
    os.utime("file", ns=(1, 2), dir_fd=place)
    os.link("file", "again", src_dir_fd=place, dst_dir_fd=place)
    os.symlink("/nowhere", "link", dir_fd=place)
    os.mkfifo("pipe", dir_fd=place)
    os.close(place)
    os.utime(top, ns=(3, 4))
    return top


def test_a_copy_has_all_that_belongs_to_a_file(source: Path, tmp_path: Path) -> None:
    copy_tree(source, tmp_path / "target")
    place = down(tmp_path / "target")
    status = os.stat("file", dir_fd=place)
    assert (stat.S_IMODE(status.st_mode), status.st_mtime_ns, status.st_nlink) == (0o4711, 2, 2)
    assert status.st_size == 1 << 30
    assert status.st_blocks * 512 < 1 << 20, "holes stay holes"
    assert status.st_ino == os.stat("again", dir_fd=place).st_ino
    with open(os.open("file", os.O_RDONLY, dir_fd=place), "rb") as file:
        assert file.read(5) == b"begin"
        file.seek(1 << 20)
        assert file.read(4) == b"end\0"
    assert os.getxattr(f"/proc/self/fd/{place}/file", "user.mark") == b"kept"
    assert os.readlink("link", dir_fd=place) == "/nowhere"
    assert stat.S_ISFIFO(os.stat("pipe", dir_fd=place).st_mode)
    assert stat.S_IMODE(os.fstat(place).st_mode) == 0o750
    os.close(place)
    assert (tmp_path / "target").stat().st_mtime_ns == 4


def test_more_files_with_two_names_than_are_kept_open_stay_linked(tmp_path: Path) -> None:
    (tmp_path / "source/again").mkdir(parents=True)
    for number in range(300):
        (tmp_path / f"source/{number}").touch()
        (tmp_path / f"source/{number}-too").hardlink_to(tmp_path / f"source/{number}")
    copy_tree(tmp_path / "source", tmp_path / "target")
    linked = [
        path for path in (tmp_path / "target").iterdir() if path.is_file() and path.stat().st_nlink == 2
    ]
    assert len(linked) >= 2 * 256


def test_a_copy_to_another_file_system_is_whole(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        source = Path(other) / "source"
        source.mkdir()
        (source / "file").write_bytes(os.urandom(3 << 20))
        copy_tree(source, tmp_path / "target")
        assert (tmp_path / "target/file").read_bytes() == (source / "file").read_bytes()


def test_removal_leaves_nothing_and_follows_no_link(source: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (source / "link").symlink_to(outside)
    remove_tree(source)
    assert not source.exists()
    assert (outside / "kept").exists()


def test_a_tree_that_lies_in_a_link_is_not_removed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(OSError, match="Not a directory"):
        remove_tree(tmp_path / "link")
    assert (source / NAME).exists()
