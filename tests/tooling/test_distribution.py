"""The lists by which tests are dealt out and put off name files that exist, and each blocking copy has an original."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.distribution import APART, LONG, place
from tests.support.long import REAL, is_copy

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("file", LONG)
def test_what_comes_first_is_a_file_of_tests(file: str) -> None:
    assert (ROOT / file).is_file()


def test_long_files_come_first_and_others_stay_in_their_order() -> None:
    collected = ["tests/core/test_b.py::test_x", f"{LONG[1]}::test_y[a::b]", "tests/core/test_a.py", LONG[0]]
    assert sorted(collected, key=place) == [LONG[0], collected[1], collected[0], collected[2]]


@pytest.mark.parametrize("file", APART)
def test_what_is_dealt_out_test_by_test_shares_nothing_that_costs(file: str) -> None:
    shared = (ROOT / file).read_text(encoding="utf-8").count('scope="module"')
    assert shared <= 2  # a server and its directory, once for each worker


@pytest.mark.parametrize("file", REAL)
def test_a_copy_that_is_put_off_is_generated_from_what_is_not(file: str) -> None:
    assert (ROOT / "tests/_async" / file).is_file()
    assert is_copy(f"tests/_sync/{file}::test_x[a]")
    assert not is_copy(f"tests/_async/{file}::test_x[a]")
