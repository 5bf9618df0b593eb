"""What file calls decide before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.files import requests as decide
from opensandbox.exceptions import InvalidArgumentException, SandboxApiException, SandboxNotFoundException
from opensandbox.models.filesystem import ContentReplaceEntry, MoveEntry, SetPermissionEntry, WriteEntry


@pytest.mark.parametrize("path", ["/a", "a b", "~/x", "/ü", "/a\nb", '/"#%?&'])
def test_path_that_a_file_may_have_is_taken(path: str) -> None:
    assert decide.path("path", path) == path


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: decide.path("path", ""), ["path", "blank", "''"]),
        (lambda: decide.path("path", " \t"), ["path", "blank"]),
        (lambda: decide.path("path", None), ["path", "string", "None"]),
        (lambda: decide.path("path", b"/a"), ["path", "string", "b'/a'"]),
        (lambda: decide.path("path", "/a\0b"), ["path", "NUL"]),
        (lambda: decide.path("path", "/\udcff"), ["path", "UTF-8"]),
        (lambda: decide.paths("paths", "/a"), ["paths", "list", "['/a']"]),
        (lambda: decide.paths("paths", 5), ["paths", "list", "5"]),
        (lambda: decide.paths("paths", ["/a", " "]), ["paths[1]", "blank"]),
        (
            lambda: decide.entries("entries", MoveEntry, [MoveEntry(src="/a\0", dest="/b")]),
            ["entries[0].src", "NUL"],
        ),
        (lambda: decide.entries("entries", WriteEntry, [{"data": ""}]), ["entries[0]", "path"]),
        (lambda: decide.entries("entries", WriteEntry, ["/a"]), ["entries[0]", "WriteEntry"]),
        (lambda: decide.entries("entries", WriteEntry, WriteEntry(path="/a")), ["entries", "list"]),
        (lambda: decide.to_write({"path": "/a", "mode": 511}), ["mode", "511", "777"]),
        (lambda: decide.to_write({"path": "/a", "mode": 888}), ["mode", "888"]),
        (lambda: decide.to_write({"path": "/a", "mode": -1}), ["mode", "-1"]),
        (lambda: decide.to_write({"path": "/a", "data": 5}), ["data"]),
        (lambda: decide.part_of_file("bytes=0-1", 1, None), ["range_header", "offset", "limit"]),
        (lambda: decide.part_of_file("bytes=0-1", None, 1), ["range_header", "offset", "limit"]),
        (lambda: decide.part_of_file(" ", None, None), ["range_header"]),
        (lambda: decide.part_of_file("bytes=0-1\r\nX: y", None, None), ["range_header"]),
        (lambda: decide.part_of_file(None, 0, None), ["offset", "0", "from 1"]),
        (lambda: decide.part_of_file(None, 1, -3), ["limit", "-3"]),
        (lambda: decide.part_of_file(None, True, None), ["offset", "True"]),
        (lambda: decide.part_of_file(None, 1.5, None), ["offset", "1.5"]),
        (lambda: decide.text_encoding("utf-99"), ["encoding", "utf-99"]),
        (lambda: decide.text_encoding("base64"), ["encoding", "base64"]),
        (lambda: decide.text_encoding(None), ["encoding", "None"]),
        (lambda: decide.encode("ü", "ascii", "/a"), ["'/a'", "ascii", "character 0"]),
        (lambda: decide.decode(b"a\xff", "utf-8", "/a"), ["'/a'", "utf-8", "byte 1", "read_bytes"]),
        (
            lambda: decide.replacements([ContentReplaceEntry(path="/a", old_content="", new_content="x")]),
            ["entries[0].old_content", "empty"],
        ),
    ],
)
def test_bad_argument_is_refused_by_name(call: Callable[[], Any], words: list[str]) -> None:
    with pytest.raises(InvalidArgumentException) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_entries_may_be_dicts_of_their_fields() -> None:
    assert decide.entries("entries", WriteEntry, [{"path": "/a", "mode": "0644"}]) == [
        WriteEntry(path="/a", mode=644)
    ]
    assert decide.entry("entry", MoveEntry, {"source": "/a", "dest": "/b"}) == MoveEntry(src="/a", dest="/b")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], []),
        (["/a", "/b"], [[0, 1]]),
        (["/a", "/b", "/a", "/a", "/b"], [[0, 1], [2, 4], [3]]),
    ],
)
def test_rounds(keys: list[str], expected: list[list[int]]) -> None:
    assert decide.rounds(keys) == expected


@given(st.lists(st.sampled_from("abc")))
def test_rounds_lose_nothing_and_keep_the_order_of_each_path(keys: list[str]) -> None:
    found = decide.rounds(keys)

    assert sorted(index for turn in found for index in turn) == list(range(len(keys)))
    assert all(len({keys[index] for index in turn}) == len(turn) for turn in found)
    for key in set(keys):
        indexes = [index for turn in found for index in turn if keys[index] == key]
        assert indexes == sorted(indexes)


@given(
    st.lists(st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable())), st.integers(1, 300)
)
def test_batches_keep_every_path_in_order_and_stay_short(paths: list[str], limit: int) -> None:
    found = decide.batches(paths, limit)

    assert [path for batch in found for path in batch] == paths
    for batch in found:
        assert batch
        size = sum(len("path=&") + 3 * len(path.encode()) for path in batch)
        assert size <= limit or len(batch) == 1


def test_two_directories_of_one_path_must_agree() -> None:
    twice = [WriteEntry(path="/a"), WriteEntry(path="/b"), WriteEntry(path="/a")]
    assert [entry.path for entry in decide.without_conflicts("entries", twice, "modes")] == ["/a", "/b"]

    with pytest.raises(InvalidArgumentException, match=r"entries.*'/a' twice"):
        decide.without_conflicts("entries", [WriteEntry(path="/a"), WriteEntry(path="/a", mode=700)], "modes")


def test_errors_name_the_path_and_stay_what_they_are() -> None:
    failure = SandboxNotFoundException("GET /files/download answered 404", status_code=404)
    with (
        pytest.raises(SandboxNotFoundException, match=r"^'/a b': GET /files/download answered 404") as caught,
        decide.about("/a b"),
    ):
        raise failure
    assert caught.value is failure

    with pytest.raises(ZeroDivisionError), decide.about("/a"):
        raise ZeroDivisionError
    assert issubclass(SandboxNotFoundException, SandboxApiException)


def test_permissions_keep_the_published_default() -> None:
    assert decide.entry("entry", SetPermissionEntry, {"path": "/a"}).mode == 755


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", "/a"),
        ("/a/b/", "/a"),
        ("/a", "/"),
        ("a", "."),
        ("~/a", "~"),
        ("$HOME/a", "$HOME"),
        ("/", "/"),
    ],
)
def test_parent_of_a_path(path: str, expected: str) -> None:
    assert decide.parent(path) == expected


def test_a_directory_lies_within_itself_and_those_above() -> None:
    assert decide.lies_within("/a/b", "/a")
    assert decide.lies_within("/a", "/a")
    assert decide.lies_within("/a", "/")
    assert not decide.lies_within("/ab", "/a")
    assert not decide.lies_within("/", "/a")
