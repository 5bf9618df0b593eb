"""What the frames of a terminal mean, and what may be sent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from opensandbox._core.run import terminals
from opensandbox._core.run.terminals import Connected, Exited, FrameReader
from opensandbox.exceptions import (
    InvalidArgumentException,
    TerminalException,
    TerminalTakenOverException,
)
from opensandbox.models import TerminalOutput


def replay(offset: int, data: bytes) -> bytes:
    return b"\x03" + offset.to_bytes(8, "big") + data


@pytest.mark.parametrize(
    ("since", "messages", "expected", "offset", "missed"),
    [
        (0, [b"\x01ab", b"\x01c"], [TerminalOutput(b"ab", 0), TerminalOutput(b"c", 2)], 3, 0),
        (0, [b"\x02e"], [TerminalOutput(b"e", 0, is_error=True)], 1, 0),
        (5, [replay(5, b"later"), b"\x01!"], [TerminalOutput(b"later", 5), TerminalOutput(b"!", 10)], 11, 0),
        (5, [replay(9, b"x")], [TerminalOutput(b"x", 9)], 10, 4),
        (0, [replay(7, b"")], [None], 7, 7),
        (3, [b"\x01", b"", b"\x09x"], [None, None, None], 3, 0),
        (
            0,
            [json.dumps({"type": "connected", "mode": "pty"}), "[", '"text"', "{}"],
            [Connected(), None, None, None],
            0,
            0,
        ),
        (0, [json.dumps({"type": "exit", "exit_code": -1})], [Exited(-1)], 0, 0),
    ],
)
def test_frames_are_read_in_order(
    since: int, messages: list[Any], expected: list[Any], offset: int, missed: int
) -> None:
    reader = FrameReader("t-1", since)
    assert [reader.read(message) for message in messages] == expected
    assert (reader.offset, reader.missed) == (offset, missed)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SESSION_GONE", TerminalException),
        ("START_FAILED", TerminalException),
        ("STDIN_WRITE_FAILED", TerminalException),
        ("INVALID_FRAME", TerminalException),
        ("READ_ONLY", TerminalException),
        ("RUNTIME_ERROR", TerminalException),
        ("TAKEN_OVER", TerminalTakenOverException),
    ],
)
def test_every_error_code_becomes_a_typed_error(code: str, kind: type[TerminalException]) -> None:
    failure = FrameReader("t-1", 0).read(json.dumps({"type": "error", "code": code, "error": "why"}))
    assert type(failure) is kind
    assert failure.code == code
    assert "terminal t-1" in str(failure)


def test_input_goes_as_bytes() -> None:
    assert terminals.input_frame("é") == b"\0\xc3\xa9"
    assert terminals.input_frame(bytearray(b"\x03")) == b"\0\x03"


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [
        (lambda: terminals.input_frame(5), "data", "int"),
        (lambda: terminals.resize_frame(0, 24), "cols", "0"),
        (lambda: terminals.resize_frame(80, 65536), "rows", "65536"),
        (lambda: terminals.resize_frame(True, 24), "cols", "True"),
        (lambda: terminals.signal_frame("SIGUSR1"), "signal", "SIGUSR1"),
        (lambda: terminals.creation(" ", None), "command", "' '"),
        (lambda: terminals.creation(None, "a\0b"), "cwd", "a"),
        (lambda: terminals.creation(["ls"], None), "command", "ls"),
        (lambda: terminals.attachment_query(-1, pty=True), "since", "-1"),
        (lambda: terminals.attachment_query("0", pty=True), "since", "'0'"),
        (lambda: terminals.attachment_query(0, pty=True, takeover=True, viewer=True), "viewer", "takeover"),
    ],
)
def test_bad_input_is_refused_at_the_door(call: Any, name: str, value: str) -> None:
    with pytest.raises(InvalidArgumentException) as caught:
        call()
    assert name in str(caught.value)
    assert value in str(caught.value)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({"pty": True}, "pty=1&since=7"),
        ({"pty": False, "takeover": True}, "pty=0&since=7&takeover=1"),
        ({"pty": True, "viewer": True}, "pty=1&since=7&mode=viewer"),
    ],
)
def test_an_attachment_says_what_it_wants(options: dict[str, bool], query: str) -> None:
    assert terminals.attachment_query(7, **options) == query
