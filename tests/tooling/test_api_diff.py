"""`make api-diff` on a small repository: what breaks programs fails, what does not passes, and silence has a reason."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import api_diff, baseline

PUBLIC = '''"""A package."""

from opensandbox._async.files import FilesService

__all__ = ["Sandbox"]


class Sandbox:
    """A sandbox."""

    files: FilesService

    def kill(self, grace: float = 1.0) -> None:
        """End it."""
'''
FILES = '''"""Files."""


class FilesService:
    """What `sandbox.files` is."""

    def read(self, path: str) -> str:
        """Read."""
        return path
'''


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A package like ours, with a release."""
    for twin in api_diff.TWINS:
        (tmp_path / "opensandbox" / twin).mkdir(parents=True)
        (tmp_path / "opensandbox" / twin / "__init__.py").write_text("")
        (tmp_path / "opensandbox" / twin / "files.py").write_text(FILES)
    (tmp_path / "opensandbox" / "__init__.py").write_text(PUBLIC)
    (tmp_path / "tests" / "surface").mkdir(parents=True)
    (tmp_path / api_diff.REVIEWED).write_text("# none\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "A release")
    git(tmp_path, "tag", "v1.0.0")
    baseline.write(tmp_path, tmp_path, "1.0.0")
    return tmp_path


def git(where: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=where, check=True)


def change(repository: Path, name: str, old: str, new: str) -> None:
    path = repository / "opensandbox" / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_what_is_as_it_was_or_new_passes(repository: Path) -> None:
    change(repository, "__init__.py", "grace: float = 1.0", "grace: float = 1.0, hard: bool = False")
    assert api_diff.main([], repository) == 0


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("__init__.py", "def kill(", "def end(", "opensandbox.Sandbox.kill: Public object was removed"),
        ("__init__.py", "grace: float = 1.0", "grace: float = 2.0", "opensandbox.Sandbox.kill: Parameter default"),
        ("_async/files.py", "path: str", "name: str", "opensandbox._async.files.FilesService.read: Parameter was removed"),
        ("_sync/files.py", "class Files", "class _Files", "opensandbox._sync: the class FilesService is gone"),
    ],
)  # fmt: skip
def test_what_breaks_programs_fails_until_it_is_reviewed(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str, line: str
) -> None:
    change(repository, name, old, new)
    assert api_diff.main([], repository) == 1
    printed = [text.removeprefix("BREAKING ") for text in capsys.readouterr().out.splitlines()]
    assert any(text.startswith(line) for text in printed), printed
    (repository / api_diff.REVIEWED).write_text("\n".join(["# meant", *printed]))
    assert api_diff.main([], repository) == 0


def test_a_module_that_is_gone_is_no_silence(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "opensandbox" / "_async" / "files.py").unlink()
    assert api_diff.main(["v1.0.0"], repository) == 1
    assert "opensandbox._async: the class FilesService is gone" in capsys.readouterr().out


def test_a_class_may_move_but_not_change(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin = repository / "opensandbox" / "_async"
    (twin / "files").mkdir()
    (twin / "files" / "__init__.py").write_text("")
    (twin / "files.py").rename(twin / "files" / "service.py")
    change(repository, "__init__.py", "_async.files", "_async.files.service")
    assert api_diff.main([], repository) == 0
    change(repository, "_async/files/service.py", "path: str", "name: str")
    assert api_diff.main([], repository) == 1
    assert "FilesService.read: Parameter was removed" in capsys.readouterr().out


def test_a_change_is_told_until_the_next_release_however_often_it_is_committed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(repository, "__init__.py", "def kill(", "def end(")
    git(repository, "commit", "--quiet", "--all", "--message", "Break programs")
    assert api_diff.main([], repository) == 1
    assert "1 changes since 1.0.0 break programs; 1 were not reviewed" in capsys.readouterr().out
    assert api_diff.main(["HEAD"], repository) == 0
    baseline.write(repository, repository, "2.0.0")
    assert api_diff.main([], repository) == 0
