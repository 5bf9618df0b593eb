"""Patterns of a search, as daemons in use read them."""

from __future__ import annotations

import pytest

from opensandbox.local.execd.files.globs import compiled
from opensandbox.local.execd.http.errors import ExecdError


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("*.py", ["a.py", ".py"], ["a.pyc", "a.py\n"]),
        ("**", ["a", ""], []),
        ("**/a.py", ["a.py"], ["b.py"]),
        ("**/**/*", ["a"], []),
        ("dir/*.py", [], ["a.py", "dir"]),
        ("?.md", ["a.md", "ä.md"], ["ab.md", ".md"]),
        ("{a,c}.*", ["a.b", "c.d"], ["b.a", "a"]),
        ("{a{b,c},d*}", ["ab", "ac", "d", "dx"], ["a", "b"]),
        ("a,b", ["a,b"], ["a"]),
        ("a}", ["a}"], []),
        ("[a-c]x", ["bx"], ["dx"]),
        ("[^a-c]x", ["dx"], ["ax"]),
        ("[!a]", ["b"], ["a"]),
        (r"[\]\-]", ["]", "-"], ["\\"]),
        (r"\*\{", ["*{"], ["a{"]),
        ("a+(b)|c", ["a+(b)|c"], ["aab"]),
        ("[&&a]", ["&", "a"], ["b"]),
    ],
)
def test_a_pattern_fits_whole_names(pattern: str, fits: list[str], does_not: list[str]) -> None:
    expression = compiled(pattern)
    assert [name for name in fits if not expression.fullmatch(name)] == []
    assert [name for name in does_not if expression.fullmatch(name)] == []


@pytest.mark.parametrize("pattern", ["[a", "[]", "{a", "a\\", "[c-a]"])
def test_a_malformed_pattern_is_a_failure_that_names_it(pattern: str) -> None:
    with pytest.raises(ExecdError, match="syntax error in pattern") as caught:
        compiled(pattern)
    assert (caught.value.status, caught.value.code) == (500, "RUNTIME_ERROR")
    assert pattern in caught.value.message
