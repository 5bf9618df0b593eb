"""Whose word is whose: of the command line, of a command, of the program that it runs."""

from __future__ import annotations

import pytest

from opensandbox.local.cli.app import COMMANDS, FLAGS, Commands, with_command
from opensandbox.local.cli.copying import Place, place
from opensandbox.local.cli.errors import UsageProblem
from opensandbox.local.cli.following import added
from opensandbox.local.cli.words import split

VALUED = ("--image", "--cwd", "-w")


@pytest.mark.parametrize(
    ("words", "leading", "own", "program"),
    [
        ("ls -la", 0, "", "ls -la"),
        ("-w / ls -w /tmp", 0, "-w /", "ls -w /tmp"),
        ("--cwd=/ ls -- x", 0, "--cwd=/", "ls -- x"),
        ("-- ls --", 0, "", "ls --"),
        ("--packages numpy pandas -- python3 -i", 0, "--packages numpy --packages pandas", "python3 -i"),
        ("--packages numpy --image x ls", 0, "--packages numpy --image x", "ls"),
        ("--packages --image x", 0, "--packages --image x", ""),
        ("ubuntu ls", 1, "ubuntu", "ls"),
        ("ubuntu -w / -- ls", 1, "ubuntu -w /", "ls"),
        ("-w / ubuntu ls --json", 1, "-w / ubuntu", "ls --json"),
        ("ubuntu", 1, "ubuntu", ""),
        ("a --packages b -w / c -- d", None, "a --packages b -w / c -- d", ""),
    ],
)
def test_a_program_begins_where_the_own_words_end(
    words: str, leading: int | None, own: str, program: str
) -> None:
    found = split(words.split(), valued=VALUED, leading=leading)
    assert (" ".join(found.own), " ".join(found.program)) == (own, program)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", "serve"),
        ("--port 0 --no-key", "serve --port 0 --no-key"),
        ("--port=0 --verbose", "serve --port=0 --verbose"),
        ("--state-dir /x clear", "clear --state-dir /x"),
        ("--packages numpy -- shell ls", "shell --packages numpy ls"),
        ("--port 0 --help", "serve --port 0 --help"),
        ("--help", "--help"),
        ("--version", "version"),
        ("ps -a", "ps -a"),
    ],
)
def test_what_names_no_command_serves(words: str, meant: str) -> None:
    assert with_command(words.split()) == meant.split()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("pss", "there is no command 'pss'; did you mean 'ps'?"),
        ("--packages x shell", "write opensandbox-local shell --packages NAME"),
    ],
)
def test_what_is_no_command_is_refused(words: str, complaint: str) -> None:
    with pytest.raises(UsageProblem, match=complaint.replace("?", r"\?")):
        with_command(words.split())


def test_every_command_of_the_table_exists_and_flags_are_those_of_serve() -> None:
    group = Commands(name="x")
    flags = set()
    for name in COMMANDS:
        command = group.get_command(None, name)
        assert command.name == name
        assert command.help
        if name == "serve":
            flags = {option for each in command.params if each.is_flag for option in each.opts}
    assert flags | {"--help", "-h"} == FLAGS


@pytest.mark.parametrize(
    ("text", "sandbox", "path"),
    [
        ("box:/etc/hosts", "box", "/etc/hosts"),
        ("box:x", "box", "/workspace/x"),
        ("box:", "box", "/workspace/"),
        ("./a:b", None, "./a:b"),
        ("/a:b", None, "/a:b"),
        (":x", None, ":x"),
        ("x", None, "x"),
    ],
)
def test_a_place_is_in_a_sandbox_or_here(text: str, sandbox: str | None, path: str) -> None:
    assert place(text) == Place(sandbox, path)


@pytest.mark.parametrize(
    ("before", "now", "more"),
    [
        ("", "a\n", "a\n"),
        ("a\nb", "a\nbc\nd\n", "c\nd\n"),
        ("a\nb\nc\n", "b\nc\nd\n", "d\n"),
        ("a\nb\nc\n", "x\ny\n", "x\ny\n"),
        ("a\na\n", "a\na\na\n", "a\n"),
    ],
)
def test_what_is_new_in_a_log(before: str, now: str, more: str) -> None:
    assert added(before, now) == more
