# Generated from tests/_async/odd/test_causes.py by scripts/unasync.py. Do not edit.
"""What an error says of a caller's mistake, in a real sandbox: its cause and the way out, as a builtin class where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.exceptions import (
    CodeFailedException,
    CommandFailedException,
    SandboxFileException,
    SandboxNotFoundException,
)
from opensandbox.models.execd import RunCommandOpts

Call = Callable[[Any], Any]

MISTAKES: list[tuple[str, type[OSError], str, Call]] = [
    ("/w/none", FileNotFoundError, "no such file", lambda files: files.read_file("/w/none")),
    ("/w/none", FileNotFoundError, "no such file", lambda files: files.get_file_info(["/w/none"])),
    ("/w/d", IsADirectoryError, "list_directory", lambda files: files.read_file("/w/d")),
    ("/w/d", IsADirectoryError, "name a file in it", lambda files: files.write_file("/w/d", "x")),
    ("/w/d", IsADirectoryError, "delete_directories", lambda files: files.delete_files(["/w/d"])),
    ("/w/f/x", NotADirectoryError, "a part of the path", lambda files: files.write_file("/w/f/x", "x")),
    ("/w/f", NotADirectoryError, "a part of the path", lambda files: files.list_directory({"path": "/w/f"})),
    ("/w/f", FileExistsError, "exists", lambda files: files.move_files([{"src": "/w/f", "dest": "/w/d"}])),
    ("/w/f", FileExistsError, "exists", lambda files: files.create_directories([{"path": "/w/f"}])),
    ("/w/" + "n" * 256, OSError, "shorten the name", lambda files: files.write_file("/w/" + "n" * 256, "x")),
    ("/w/loop", OSError, "in a circle", lambda files: files.read_file("/w/loop")),
    ("/dev/null", OSError, "use a command", lambda files: files.read_bytes("/dev/null")),
    ("/proc/version", OSError, "permissions", lambda files: files.write_file("/proc/version", "x")),
]


def test_a_mistake_is_told_by_its_cause(box: SandboxSync) -> None:
    box.commands.run("mkdir -p /w/d; echo x > /w/f; ln -s loop /w/loop", check=True)
    for path, builtin, advice, call in MISTAKES:
        with pytest.raises(builtin) as caught:
            call(box.files)
        failure = caught.value
        assert isinstance(failure, SandboxFileException), path
        assert not isinstance(failure, SandboxNotFoundException), path
        assert failure.filename == path
        assert repr(path) in str(failure)
        assert advice in str(failure), path
        assert "try again later" not in str(failure), path
    assert not box.files.exists("/w/f/x")


def test_a_move_names_both_paths(box: SandboxSync) -> None:
    box.commands.run("mkdir /w; echo x > /w/f; echo y > /w/g", check=True)
    with pytest.raises(FileExistsError) as caught:
        box.files.move_files([{"src": "/w/f", "dest": "/w/g"}])
    assert "'/w/f' to '/w/g': " in str(caught.value)
    assert (caught.value.filename, caught.value.filename2) == ("/w/f", "/w/g")


@pytest.mark.parametrize(
    ("command", "opts", "why"),
    [
        ("sleep 60", RunCommandOpts(timeout=0.2), "(killed after the timeout of 200 ms (signal 9, SIGKILL))"),
        ("kill -SEGV $$", RunCommandOpts(), "(ended by signal 11, SIGSEGV)"),
        ("bash -c 'kill -9 $$'; exit $?", RunCommandOpts(), "exit code 137 (ended by SIGKILL, as when"),
        ("echo one >&2; echo >&2; echo two >&2; exit 3", RunCommandOpts(), "\none\n\ntwo"),
    ],
)
def test_a_failed_command_says_why(box: SandboxSync, command: str, opts: RunCommandOpts, why: str) -> None:
    with pytest.raises(CommandFailedException) as caught:
        box.commands.run(command, opts=opts, check=True)
    assert why in str(caught.value)


def test_failed_code_tells_the_line(box: SandboxSync) -> None:
    with pytest.raises(CodeFailedException) as caught:
        box.code.run("def f():\n    1 / 0\nf()", check=True)
    told = str(caught.value)
    assert "line 2, in f" in told
    assert told.endswith("ZeroDivisionError: division by zero")


def test_what_a_sandbox_prints_cannot_move_the_cursor(box: SandboxSync) -> None:
    with pytest.raises(CommandFailedException) as caught:
        box.commands.run("printf '\\033]0;title\\007gone\\n' >&2; exit 1", check=True)
    assert str(caught.value).endswith("\n\\x1b]0;title\\x07gone")
