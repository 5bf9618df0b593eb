"""What may be run, for how long, and the script behind `set_env`."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opensandbox._core.run.commands import (
    GRACE,
    argument_vector,
    milliseconds,
    next_pause,
    persist_variable,
    shell_text,
    stream_limit,
)
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local.execd.run.environment import parse_assignments


@pytest.mark.parametrize(
    ("command", "complaint"),
    [("", "blank"), (" \n", "blank"), ("a\0b", "NUL"), (None, "NoneType"), (b"ls", "bytes"), (5, "int")],
)
def test_shell_text_that_cannot_be_run_is_refused(command: object, complaint: str) -> None:
    with pytest.raises(InvalidArgumentException, match=complaint):
        shell_text(command)


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ([], "empty list"),
        ([""], r"command\[0\]"),
        (["ls", 5], r"command\[1\] must be a string, not 5"),
        (["ls", None], r"command\[1\]"),
        (["ls", "a\0"], r"command\[1\].*NUL"),
    ],
)
def test_an_argument_vector_that_cannot_be_run_is_refused(command: list[str], complaint: str) -> None:
    with pytest.raises(InvalidArgumentException, match=complaint):
        argument_vector(command)


def test_an_argument_vector_may_hold_anything_else() -> None:
    assert argument_vector(["ls", "", " ", "$HOME", "\n"]) == ["ls", "", " ", "$HOME", "\n"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (timedelta(seconds=1.5), 1500),
        (1.001, 1001),
        (2, 2000),
        (timedelta(microseconds=1999), 1),
        (timedelta(microseconds=1), 1),
        (0, 0),
    ],
)
def test_milliseconds(value: timedelta | float | None, expected: int | None) -> None:
    assert milliseconds("timeout", value) == expected


def test_a_negative_time_out_is_refused() -> None:
    with pytest.raises(InvalidArgumentException, match="timeout must be zero or more"):
        milliseconds("timeout", timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("timeout", "request_timeout", "expected"),
    [
        (None, None, None),
        (0, None, None),
        (timedelta(seconds=5), None, 5 + GRACE),
        (5, 2, 2),
        (None, timedelta(seconds=2), 2),
    ],
)
def test_a_stream_may_last(
    timeout: timedelta | float | None, request_timeout: timedelta | float | None, expected: float | None
) -> None:
    assert stream_limit(timeout, request_timeout) == expected


def test_pauses_grow_to_a_limit() -> None:
    pauses = [0.1]
    while len(pauses) < 20:
        pauses.append(next_pause(pauses[-1]))
    assert pauses[1] > pauses[0]
    assert pauses[-1] == pauses[-2] == 1.0


@pytest.mark.parametrize("key", ["", "1A", "A-B", "A B", "É", "A\n", None])
def test_a_name_that_no_shell_takes_is_refused(key: object) -> None:
    with pytest.raises(InvalidArgumentException, match="key must be"):
        persist_variable(key, "value")


@pytest.mark.parametrize("value", [None, 5, "a\0b"])
def test_a_value_that_no_variable_holds_is_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentException, match="value must"):
        persist_variable("A", value)


def persist(directory: Path, key: str, value: str) -> dict[str, str]:
    file = directory / "some dir" / "envs"
    script = persist_variable(key, value)
    subprocess.run(["sh", "-c", script], check=True, env={"EXECD_ENVS": str(file), "PATH": "/usr/bin:/bin"})
    return parse_assignments(file.read_bytes().decode())


@pytest.mark.parametrize(
    "value",
    [
        "",
        "plain",
        "b c",
        'say "hi"',
        "it's",
        'it\'s "x"',
        "$HOME `id` $(id)",
        "it's $HOME `id` \\",
        "a\nb",
        "it's\n\r\t",
        "é🌍",
    ],
)
def test_the_daemon_reads_back_what_the_script_wrote(tmp_path: Path, value: str) -> None:
    assert persist(tmp_path, "KEY", value) == {"KEY": value}


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20))
def test_the_daemon_reads_back_any_text(tmp_path_factory: pytest.TempPathFactory, value: str) -> None:
    assert persist(tmp_path_factory.mktemp("envs"), "KEY", value) == {"KEY": value}


def test_without_a_file_for_variables_the_script_fails() -> None:
    done = subprocess.run(["sh", "-c", persist_variable("KEY", "v")], capture_output=True, text=True, env={})
    assert done.returncode == 1
    assert done.stderr == "EXECD_ENVS is not set; cannot persist environment variable KEY\n"
