# Generated from tests/_async/odd/test_odd_files.py by scripts/unasync.py. Do not edit.
"""Files that tell a length which is not theirs, and names that the daemon would read otherwise."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.files.service import FilesService
from opensandbox.exceptions import SandboxApiException, SandboxTimeoutException
from tests._sync.daemon_files import files_of
from tests.local.execd.daemon import Execd

NAMES = ["$undefined_here", "routes/$id.tsx", "${undefined_here}", "a$undefined_here/b c$d.txt", "it's $x_y"]


@pytest.fixture
def files(execd: Execd) -> Iterator[FilesService]:
    with files_of(execd, shell=True) as service:
        yield service


@pytest.mark.parametrize("fixed_length", [False, True])
@pytest.mark.parametrize("source", ["/proc/self/limits", "/proc/filesystems", "/dev/null"])
def test_a_file_of_the_system_arrives_whole(
    files: FilesService, tmp_path: Path, source: str, fixed_length: bool
) -> None:
    service = FilesService(files._connection, fixed_length=fixed_length, run=files._run)
    service.upload(source, str(tmp_path / "copy"), mode=644, verify=source != "/dev/null")
    assert (tmp_path / "copy").read_bytes() == Path(source).read_bytes()


def test_a_device_without_end_ends_with_the_timeout(box: SandboxSync) -> None:
    with pytest.raises(SandboxTimeoutException):
        box.files.upload("/dev/zero", "/workspace/copy", timeout=0.5)
    assert not box.files.exists("/workspace/copy")


class Growing(io.FileIO):
    """A log that somebody appends to while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() < 20:
            with open(self.name, "ab") as log:
                log.write(b"more\n")
        return super().read(-1 if size is None else size) or b""


def test_a_small_file_that_grows_is_sent_as_it_was_read(files: FilesService, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"first\n")
    with Growing(tmp_path / "log", "rb") as log:
        files.write_file(str(tmp_path / "copy"), log)
    content = (tmp_path / "copy").read_bytes()
    assert content.startswith(b"first\nmore\n")
    assert (tmp_path / "log").read_bytes().startswith(content)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("literal", [False, True])
def test_a_dollar_that_names_no_variable_is_part_of_the_name(
    files: FilesService, tmp_path: Path, name: str, literal: bool
) -> None:
    path = str(tmp_path / "tree" / name)
    files.write_file(path, "first", mode=640, literal=literal, verify=True)
    files.write_file(path, b"second", mode=600, literal=literal)
    assert (tmp_path / "tree" / name).read_text() == "second"
    assert (tmp_path / "tree" / name).stat().st_mode & 0o777 == 0o600
    assert files.read_file(path, literal=literal) == "second"
    pieces = [piece for piece in files.read_bytes_stream(path, literal=literal)]
    assert b"".join(pieces) == b"second"
    files.download(path, tmp_path / "here", literal=literal, verify=True)
    assert (tmp_path / "here").read_text() == "second"
    files.upload(tmp_path / "here", path, literal=literal)
    files.delete_files([path, path + "missing"])
    assert not (tmp_path / "tree" / name).exists()
    with pytest.raises(FileNotFoundError) as caught:
        files.read_file(path, literal=literal)
    assert caught.value.filename == path
    files.write_file(path, "again")
    files.delete_directories([os.path.dirname(path), str(tmp_path / "tree")])
    assert not (tmp_path / "tree").exists()


def test_the_links_do_not_stay(box: SandboxSync) -> None:
    box.files.write_file("/workspace/routes/$id.tsx", "x")
    assert box.files.read_file("/workspace/routes/$id.tsx") == "x"
    assert (box.commands.run("ls -A /tmp | grep opensandbox; ls /workspace/routes")).text == "$id.tsx"


def test_variables_and_home_expand_as_before_unless_they_are_literal(
    files: FilesService, execd: Execd
) -> None:
    files.write_file("$HOME/expanded", "by variable")
    assert files.read_file("~/expanded") == "by variable"
    files.write_file("~", "a tilde", literal=True)
    files.write_file("$HOME/literal", "a dollar", literal=True)
    assert files.read_file("~", literal=True) == "a tilde"
    assert files.read_file("$HOME/literal", literal=True) == "a dollar"
    with pytest.raises(FileNotFoundError):
        files.read_file("$HOME/literal")
    files.delete_files(["~/expanded"])


def test_without_a_shell_the_refusal_says_so(execd: Execd, tmp_path: Path) -> None:
    with files_of(execd) as service:
        with pytest.raises(SandboxApiException, match="variable"):
            service.write_file(str(tmp_path / "$undefined_here"), "x")
