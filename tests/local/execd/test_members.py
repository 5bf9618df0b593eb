"""The members of JSON bodies: the right type, nothing, or a refusal that names the member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from opensandbox.local.execd.http.errors import ExecdError
from opensandbox.local.execd.http.members import MAX_INT64, flag, integer, items, members, text

Read = Callable[[dict[str, Any]], Any]


def read_integer(body: dict[str, Any]) -> int | None:
    return integer(body, "it", least=0)


READ: dict[str, Read] = {
    "text": lambda body: text(body, "it"),
    "flag": lambda body: flag(body, "it"),
    "integer": read_integer,
    "members": lambda body: members(body, "it"),
    "texts": lambda body: items(body, "it", str),
    "objects": lambda body: items(body, "it", dict),
}
NOTHING: dict[str, Any] = {"flag": False, "texts": [], "objects": []}


@pytest.mark.parametrize("body", [{}, {"it": None}], ids=["absent", "null"])
@pytest.mark.parametrize("kind", READ)
def test_absent_and_null_are_nothing(kind: str, body: dict[str, Any]) -> None:
    assert READ[kind](body) == NOTHING.get(kind)


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("text", "a", "a"),
        ("text", "", None),
        ("flag", True, True),
        ("flag", False, False),
        ("integer", 0, 0),
        ("integer", 5.0, 5),
        ("integer", MAX_INT64, MAX_INT64),
        ("members", {}, {}),
        ("texts", ["a", ""], ["a", ""]),
        ("objects", [{}], [{}]),
    ],
)
def test_right_type_is_read(kind: str, given: Any, expected: Any) -> None:
    found = READ[kind]({"it": given})
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        *(("text", wrong) for wrong in (0, False, [], {})),
        *(("flag", wrong) for wrong in (0, "", "true", [])),
        *(("integer", wrong) for wrong in (False, "1", 1.5, -1, MAX_INT64 + 1, float("inf"), [])),
        *(("members", wrong) for wrong in (0, "", False, [])),
        *(("texts", wrong) for wrong in (0, "", {}, [1], ["a", None])),
        *(("objects", wrong) for wrong in (0, "", {}, [[]], [None])),
    ],
)
def test_wrong_type_is_refused_by_name(kind: str, given: Any) -> None:
    with pytest.raises(ExecdError, match="'it'") as caught:
        READ[kind]({"it": given})
    assert caught.value.status == 400
