"""Parts of the daemon that are plain functions."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox.local.execd.run.environment import PathRules, parse_assignments
from opensandbox.local.execd.run.events import LineSplitter
from opensandbox.local.execd.terminals.terminal import CHUNK_SIZE, RING_SIZE, Ring


def split(pieces):
    splitter = LineSplitter()
    lines = []
    for piece in pieces:
        lines += splitter.feed(piece)
    return lines + splitter.feed(b"", final=True)


output = st.lists(
    st.sampled_from([b"a", b"\n", b"\r", b"\r\n", "ä€😀".encode(), b"\xff", b"\xc3"]), max_size=30
)


@given(output, st.lists(st.integers(0, 60), max_size=10))
def test_cuts_make_no_difference(words, cuts):
    data = b"".join(words)
    borders = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(borders)]
    assert split(pieces) == split([data])


@given(output)
def test_lines_hold_every_character_but_the_line_ends(words):
    data = b"".join(words)
    lines = split([data])
    assert "".join(line for line in lines if line != "\n") == re.sub(
        r"[\r\n]", "", data.decode("utf-8", "replace")
    )
    assert all(line == "\n" or not set(line) & {"\r", "\n"} for line in lines)


@given(st.text(st.sampled_from("ab\n"), max_size=30))
def test_blank_lines_are_kept(text):
    expected = [line or "\n" for line in text.split("\n")]
    if not text or text.endswith("\n"):
        expected.pop()
    assert split([text.encode()]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1\nB='two words'\nexport C=\"3\"\n", {"A": "1", "B": "two words", "C": "3"}),
        ("A='one\ntwo'\nB=2", {"A": "one\ntwo", "B": "2"}),
        (r'A="it'
         + "'"
         + r's \"\$HOME\" \\n \n."', {"A": "it's \"$HOME\" \\n \n."}),
        ("A=$HOME", {"A": "$HOME"}),
        ("# note\n\n  A=1  \nno assignment\n1A=2\nA=2", {"A": "2"}),
        ("A=", {"A": ""}),
    ],
)  # fmt: skip
def test_environment_file(text, expected):
    assert parse_assignments(text) == expected


def test_paths():
    rules = PathRules({"NAME": "value"}, "/home/me", "/work")
    for given_path, expected in {
        "/a/../b": "/b",
        "a": "/work/a",
        "~": "/home/me",
        "~/a": "/home/me/a",
        "~other": "/work/~other",
        "$NAME/${NAME}": "/work/value/value",
        "a$": "/work/a$",
    }.items():
        assert rules.resolve(given_path) == expected
    with pytest.raises(LookupError, match=r"\$MISSING"):
        rules.resolve("/$MISSING")
    assert PathRules(None, "/", "/").resolve("/$NAME/~") == "/$NAME/~"


def test_ring_keeps_the_newest_output_with_its_offsets():
    ring = Ring()
    ring.add(1, b"a" * 10)
    ring.add(2, b"b" * 10)
    assert ring.replay(5) == (5, b"a" * 5 + b"b" * 10)
    assert ring.since(12) == (12, 2, b"b" * 8)
    assert ring.since(20) is None
    assert ring.replay(99) == (20, b"")
    ring.add(1, b"c" * 2 * RING_SIZE)
    begin, kept = ring.replay(0)
    assert begin + len(kept) == ring.end == 20 + 2 * RING_SIZE
    assert RING_SIZE - CHUNK_SIZE <= len(kept) <= RING_SIZE
