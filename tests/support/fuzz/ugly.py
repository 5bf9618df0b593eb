"""Values that nobody should pass, and that somebody does: each is a kind of mistake, or of attack."""

from __future__ import annotations

import math
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, Final

from hypothesis import strategies as st

HALF: Final = "\ud83d"
LONG: Final = "x" * 100_000


class Odd:
    """An object of nobody's; its `repr` is what an error may show."""

    def __repr__(self) -> str:
        return "<odd>"


def nothing(*_: object) -> None:
    """A function that takes anything and returns nothing."""


UGLY: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    10**12,
    10**30,
    -(2**63),
    0.5,
    -0.5,
    1e308,
    math.nan,
    math.inf,
    -math.inf,
    Decimal("NaN"),
    1j,
    "",
    " ",
    "\n",
    "\0",
    "a\0b",
    "..",
    ".",
    "/",
    "../../etc",
    "/a/../../b",
    "a/b?c=d#e",
    "%2e%2e%2f",
    "a%00b",
    "a\r\nX-Evil: 1",
    "\x1b[31mred\x07",
    "\u202etxt.exe",
    "é",
    "e\u0301",
    "😀",
    HALF,
    f"/tmp/{HALF}",
    "a\udcffb",
    "\ufffd",
    "\ufeff",
    "$HOME",
    "${UNDEFINED}",
    "$",
    "~",
    "~nobody",
    "-rf",
    "'; echo",
    "a=b",
    "*",
    "[a",
    "{a,b",
    "nan",
    "latin-1",
    "http://user:pass@example.com/x",
    "::1",
    LONG,
    b"",
    b"\xff\0",
    bytearray(b"x"),
    [],
    (),
    {},
    set(),
    [""],
    [None],
    [1],
    [HALF],
    ["a\0b"],
    [b"x"],
    [[]],
    [{}],
    ["/x"] * 5000,
    {"": ""},
    {"nobody_knows": 1},
    {1: 2},
    {"a": None},
    {"a": HALF},
    {HALF: "a"},
    {"a": 1},
    {"a": "\0"},
    {"a b=c\n": "x"},
    [{"nobody_knows": 1}],
    {"path": "/x", "nobody_knows": HALF},
    timedelta(0),
    timedelta(seconds=-1),
    timedelta.max,
    timedelta(microseconds=1),
    datetime(2026, 1, 2),
    datetime.max,
    datetime.min,
    PurePosixPath("x"),
    Odd(),
    Odd,
    object,
    nothing,
    len,
    range(3),
)


def fresh(value: Any) -> Any:
    """Return a value of its own for each call: what a call does to a list is not what the next one gets."""
    return copy(value) if isinstance(value, list | dict | set | bytearray) else value


def values() -> st.SearchStrategy[Any]:
    """Return a strategy for one value: one of those above, or made of them, or text of any kind."""
    texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
    leaves = st.sampled_from(UGLY).map(fresh) | texts
    return (
        leaves
        | st.lists(leaves, max_size=3)
        | st.dictionaries(texts | st.sampled_from(["path", "a"]), leaves, max_size=3)
    )
