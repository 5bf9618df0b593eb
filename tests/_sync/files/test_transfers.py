# Generated from tests/_async/files/test_transfers.py by scripts/unasync.py. Do not edit.
"""Trees and checksums, which need a shell in the sandbox, against a real daemon."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from opensandbox._sync.files.service import FilesService
from opensandbox.exceptions import (
    CommandFailedException,
    ContentMismatchException,
    InvalidArgumentException,
    SandboxApiException,
    SandboxFileNotFoundException,
)
from tests._sync.daemon_files import files_of
from tests.local.execd.daemon import Execd, running_execd
from tests.support.trees import describe, make_tree


@pytest.fixture(scope="module")
def execd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Execd]:
    with running_execd(tmp_path_factory.mktemp("execd")) as running:
        yield running


@pytest.fixture
def files(execd: Execd) -> Iterator[FilesService]:
    with files_of(execd, shell=True) as service:
        yield service


def archives() -> list[Path]:
    return list(Path("/tmp").glob(".opensandbox-*.tar"))


def test_tree_goes_there_and_back_unchanged(files: FilesService, tmp_path: Path) -> None:
    source, remote, back = make_tree(tmp_path / "source"), tmp_path / "it's remote", tmp_path / "back"
    sent: list[tuple[int, int | None]] = []
    received: list[tuple[int, int | None]] = []

    files.upload_dir(source, str(remote), progress=lambda *told: sent.append(told))
    assert describe(remote) == describe(source)
    files.download_dir(str(remote), back, progress=lambda *told: received.append(told))
    assert describe(back) == describe(source)

    for told in (sent, received):
        assert told[-1][0] == told[-1][1]
    assert archives() == []


def test_tree_is_added_to_what_is_there(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "new").write_text("new")
    (tmp_path / "remote").mkdir()
    (tmp_path / "remote" / "old").write_text("old")
    files.upload_dir(tmp_path / "source", str(tmp_path / "remote"))
    assert sorted(path.name for path in (tmp_path / "remote").iterdir()) == ["new", "old"]


def test_path_means_the_same_in_every_call(files: FilesService, execd: Execd, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("content")
    files.upload_dir(tmp_path / "source", "~/from home")
    files.write_file("relative", "content", verify=True)
    assert files.read_file("~/from home/file") == "content"
    files.download_dir("~/from home", tmp_path / "back")
    assert describe(tmp_path / "back") == describe(tmp_path / "source")


def test_missing_directory_is_not_found_and_leaves_nothing(files: FilesService, tmp_path: Path) -> None:
    with pytest.raises(SandboxFileNotFoundException, match="missing"):
        files.download_dir(str(tmp_path / "missing"), tmp_path / "back")
    with pytest.raises(InvalidArgumentException, match="missing"):
        files.upload_dir(tmp_path / "missing", str(tmp_path / "remote"))
    assert list(tmp_path.iterdir()) == []
    assert archives() == []


def test_failing_tar_is_a_failed_command_and_leaves_no_archive(files: FilesService, tmp_path: Path) -> None:
    make_tree(tmp_path / "source")
    (tmp_path / "remote" / "run.sh").mkdir(parents=True)
    (tmp_path / "remote" / "run.sh" / "in the way").touch()
    with pytest.raises(CommandFailedException, match="tar") as caught:
        files.upload_dir(tmp_path / "source", str(tmp_path / "remote"))
    assert caught.value.exit_code
    with pytest.raises(CommandFailedException, match="tar"):
        files.download_dir(str(tmp_path / "source" / "run.sh"), tmp_path / "back")
    assert archives() == []


def test_target_that_holds_anything_is_refused_before_anything_is_sent(
    files: FilesService, tmp_path: Path
) -> None:
    make_tree(tmp_path / "full")
    before = describe(tmp_path / "full")
    with pytest.raises(InvalidArgumentException, match="empty"):
        files.download_dir("/etc", tmp_path / "full")
    assert describe(tmp_path / "full") == before


def test_verified_transfers_compare_the_contents(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"content" * 100_000)
    remote = str(tmp_path / "rem'ote")
    files.upload(tmp_path / "local", remote, verify=True)
    files.write_file(remote, "grüße", encoding="latin-1", verify=True)
    files.write_file(remote, b"bytes", verify=True)
    files.download(remote, tmp_path / "back", verify=True)
    assert (tmp_path / "back").read_bytes() == b"bytes"


def test_content_that_somebody_else_changed_is_noticed(files: FilesService, tmp_path: Path) -> None:
    remote = tmp_path / "remote"

    def interfere(done: int, total: int | None) -> None:
        if done == total:
            remote.unlink(missing_ok=True)
            remote.symlink_to("/etc/hostname")

    files.write_file(str(remote), "x")
    with pytest.raises(ContentMismatchException, match=r"remote.*SHA-256") as caught:
        files.download(str(remote), tmp_path / "back", verify=True, progress=interfere)
    assert caught.value.path == str(remote)
    assert caught.value.local == sha256(b"x").hexdigest()
    assert caught.value.remote == sha256(Path("/etc/hostname").read_bytes()).hexdigest()


def test_pipe_cannot_be_verified(files: FilesService, execd: Execd, tmp_path: Path) -> None:
    assert execd.process.stdout is not None
    with pytest.raises(InvalidArgumentException, match="rewound"):
        files.write_file(str(tmp_path / "a"), execd.process.stdout.buffer, verify=True)  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_copy_keeps_everything_and_shares_nothing(files: FilesService, tmp_path: Path) -> None:
    source, copy = make_tree(tmp_path / "it's a -source"), tmp_path / "new parent" / "copy"
    files.copy(str(source), str(copy))
    assert describe(copy) == describe(source)
    (copy / "run.sh").write_text("changed")
    assert (source / "run.sh").read_text() == "#!/bin/sh\n"

    files.copy(str(source / "run.sh"), f"{tmp_path}/run.sh")
    assert (tmp_path / "run.sh").stat().st_mode & 0o777 == 0o750
    files.copy(str(source / "dangling"), str(tmp_path / "link"))
    assert (tmp_path / "link").readlink() == Path("nowhere")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "it's a -source",
        "link",
        "new parent",
        "run.sh",
    ]


def test_copy_of_a_path_as_the_daemon_expands_it(files: FilesService) -> None:
    files.write_file("~/original", "content")
    files.copy("~/original", "$HOME/below/copy")
    assert files.read_file("~/below/copy") == "content"
    files.delete_directories(["~/below"])


def test_copy_overwrites_nothing(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "source").write_text("new")
    (tmp_path / "file").write_text("old")
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("source", "file", "directory", "link"):
        with pytest.raises(FileExistsError, match=rf"{name}.*exists already"):
            files.copy(str(tmp_path / "source"), str(tmp_path / name))
    assert (tmp_path / "file").read_text() == "old"
    assert list((tmp_path / "directory").iterdir()) == []


def test_copy_that_cannot_be_made_names_the_path_and_leaves_nothing(
    files: FilesService, tmp_path: Path
) -> None:
    (tmp_path / "directory" / "below").mkdir(parents=True)
    (tmp_path / "file").touch()
    with pytest.raises(SandboxFileNotFoundException, match="missing"):
        files.copy(str(tmp_path / "missing"), str(tmp_path / "copy"))
    with pytest.raises(InvalidArgumentException, match=r"destination .*copy.* lies within"):
        files.copy(str(tmp_path / "directory"), str(tmp_path / "directory" / "below" / "copy"))
    with pytest.raises(SandboxApiException, match="file"):
        files.copy(str(tmp_path / "directory"), str(tmp_path / "file" / "copy"))
    with pytest.raises(CommandFailedException, match=r"cp .*mem"):
        files.copy("/proc/self/mem", str(tmp_path / "copy"))
    for source, destination, name in ((" ", "/a", "source"), ("/a", "", "destination")):
        with pytest.raises(InvalidArgumentException, match=name):
            files.copy(source, destination)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["below", "directory", "file"]
