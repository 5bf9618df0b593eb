"""Trees that hold what cannot travel, holes, and a sandbox that lies about its archive."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from opensandbox import Sandbox
from opensandbox._async.files.service import FilesService
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxFileException,
    SandboxInternalException,
    SandboxTimeoutException,
)
from opensandbox.models.trees import SkippedEntry
from tests._async.daemon_files import files_of
from tests.local.execd.daemon import Execd

pytestmark = pytest.mark.anyio

MIB = 1 << 20
SPECIAL = [
    SkippedEntry(path="below/a\nb\udcff.pipe", kind="pipe"),
    SkippedEntry(path="socket", kind="socket"),
]


@pytest.fixture
async def files(execd: Execd) -> AsyncIterator[FilesService]:
    async with files_of(execd, shell=True) as service:
        yield service


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with a pipe, a socket, a file, and a file of 50 MiB of which nearly all is a hole."""
    root = tmp_path / "tree"
    (root / "below").mkdir(parents=True)
    os.mkfifo(os.fsencode(root) + b"/below/a\nb\xff.pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
    (root / "file").write_text("important")
    with (root / "disk").open("wb") as disk:
        disk.write(b"boot")
        disk.truncate(50 * MIB)
    return root


def check(copy: Path) -> None:
    assert sorted(path.name for path in copy.rglob("*")) == ["below", "disk", "file"]
    assert (copy / "file").read_text() == "important"
    disk = (copy / "disk").stat()
    assert (disk.st_size, disk.st_blocks * 512 < MIB) == (50 * MIB, True)
    with (copy / "disk").open("rb") as content:
        assert content.read(8) == b"boot\0\0\0\0"


async def test_what_cannot_travel_is_skipped_and_reported(
    files: FilesService, tree: Path, tmp_path: Path
) -> None:
    moved: list[int] = []
    report = await files.download_dir(
        str(tree), tmp_path / "here", progress=lambda done, _: moved.append(done)
    )
    assert sorted(report.skipped, key=lambda entry: entry.path) == SPECIAL
    check(tmp_path / "here")
    report = await files.upload_dir(
        tree, str(tmp_path / "there"), progress=lambda done, _: moved.append(done)
    )
    assert sorted(report.skipped, key=lambda entry: entry.path) == SPECIAL
    check(tmp_path / "there")
    assert max(moved) < MIB
    assert (await files.upload_dir(tmp_path / "here", str(tmp_path / "again"))).skipped == []


async def test_what_cannot_travel_may_be_an_error_before_anything_moves(
    files: FilesService, tree: Path, tmp_path: Path
) -> None:
    moved: list[int] = []
    with pytest.raises(SandboxFileException, match=r"pipe.* cannot travel .*1 more.*on_unsupported"):
        await files.download_dir(
            str(tree),
            tmp_path / "here",
            on_unsupported="error",
            progress=lambda done, _: moved.append(done),
        )
    with pytest.raises(SandboxFileException, match="cannot travel"):
        await files.upload_dir(tree, str(tmp_path / "there"), on_unsupported="error")
    assert moved == []
    assert [path.name for path in tmp_path.iterdir()] == ["tree"]
    for word in ("ignore", None):
        with pytest.raises(InvalidArgumentException, match=r"on_unsupported must be 'skip' or 'error'"):
            await files.upload_dir(tree, "/x", on_unsupported=word)  # type: ignore[arg-type]


async def test_a_sandbox_that_sends_no_archive_is_an_error_of_the_package(
    box: Sandbox, tmp_path: Path
) -> None:
    await box.commands.run("mkdir -p /workspace/bin /workspace/t; echo x > /workspace/t/file", check=True)
    fake = "#!/bin/sh\nfor a; do case $a in /tmp/*.tar) head -c 100000 /dev/urandom > $a;; esac; done\n"
    await box.files.write_file("/usr/local/bin/tar", fake, mode=755)
    with pytest.raises(SandboxInternalException, match="archive"):
        await box.files.download_dir("/workspace/t", tmp_path / "here")


async def test_the_timeout_holds_for_a_whole_tree(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    for number in range(3000):
        (tmp_path / "tree" / str(number)).write_text("x")
    with pytest.raises(SandboxTimeoutException, match=r"raise timeout|timed out"):
        await files.download_dir(str(tmp_path / "tree"), tmp_path / "here", timeout=0.001)
