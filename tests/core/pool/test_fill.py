"""When the first fill of a pool is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opensandbox._core.pool.fill import FirstFill

UNTIL = 100.0


def stored(fill: FirstFill) -> None:
    fill.stored()
    fill.saw(0, 2)  # taken at once


@pytest.mark.parametrize(
    ("what", "under_way"),
    [
        ([], True),
        ([lambda fill: fill.saw(1, 2)], True),
        ([lambda fill: fill.saw(2, 2)], False),
        ([lambda fill: fill.saw(3, 2)], False),
        ([lambda fill: fill.saw(0, 0)], False),
        ([stored], True),
        ([stored, stored], False),
        ([lambda fill: fill.failed()], False),
        ([lambda fill: fill.saw(2, 2), lambda fill: fill.saw(0, 2)], False),
    ],
)
def test_the_first_fill_ends_once(what: list[Callable[[FirstFill], None]], under_way: bool) -> None:
    fill = FirstFill(UNTIL)
    for happens in what:
        happens(fill)
    assert fill.is_under_way(0.0) is under_way


def test_the_first_fill_ends_with_its_time() -> None:
    fill = FirstFill(UNTIL)
    assert fill.is_under_way(UNTIL - 0.01)
    assert not fill.is_under_way(UNTIL)


def test_whoever_comes_late_waits_for_what_is_left_of_the_fill_alone() -> None:
    fill = FirstFill(UNTIL)
    assert [fill.left(now) for now in (0.0, 90.0, UNTIL, UNTIL + 1)] == [100.0, 10.0, 0.0, 0.0]
    fill.failed()
    assert fill.left(0.0) == 0.0
