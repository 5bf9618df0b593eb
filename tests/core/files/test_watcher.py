"""The program that watches files in a sandbox, run here: kinds of changes, new directories, its end and its limits."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from opensandbox._core.files import watcher
from opensandbox._core.files.watcher import Watcher


def changes(watched: Watcher, last: list[object]) -> list[list[object]]:
    found: list[list[object]] = []
    while last not in found:
        found += watched.read()
    return found


def test_changes_are_told_once_and_new_directories_are_watched(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    (tmp_path / "sub").mkdir()
    watched = Watcher(str(tmp_path), recursive=True)
    assert sorted(item[1] for item in watched.watch(str(tmp_path))) == [
        str(tmp_path / "old"),
        str(tmp_path / "sub"),
    ]
    (tmp_path / "old").write_text("new")
    (tmp_path / "sub" / "deep").mkdir()
    (tmp_path / "sub" / "deep" / "file").write_text("x")
    found = changes(watched, ["created", str(tmp_path / "sub" / "deep" / "file"), False])
    assert found.count(["changed", str(tmp_path / "old"), False]) == 1
    assert ["created", str(tmp_path / "sub" / "deep"), True] in found
    (tmp_path / "sub" / "deep").rename(tmp_path / "moved")
    found = changes(watched, ["created", str(tmp_path / "moved"), True])
    assert ["deleted", str(tmp_path / "sub" / "deep"), True] in found
    (tmp_path / "moved" / "file").unlink()
    (tmp_path / "moved").rmdir()
    changes(watched, ["deleted", str(tmp_path / "moved"), True])


def test_the_program_says_when_it_watches_and_ends_with_the_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    said: list[Any] = []
    ready = threading.Event()

    def say(message: object) -> None:
        said.append(message)
        ready.set()

    with monkeypatch.context() as patch:
        patch.setattr(watcher, "say", say)
        thread = threading.Thread(target=watcher.main, args=(str(root), False))
        thread.start()
        assert ready.wait(30)
        root.rmdir()
        thread.join(30)
    assert said == ["inotify", ["deleted", str(root), True]]
    watcher.say("inotify")
    assert json.loads(capsys.readouterr().out.removesuffix("\x1e\n")) == "inotify"
    watcher.main(str(root), True)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "No such file" in printed.err
