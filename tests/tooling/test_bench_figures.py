"""The benchmarks' figures: when an aim counts as missed, and what becomes of them in the docs."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from scripts.bench.figures import Figure, quiet, table
from scripts.bench.plot import svg
from scripts.bench.report import markdown


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        (Figure("a", "ms", 10.0), False),
        (Figure("a", "ms", 10.0, aim=10.0), False),
        (Figure("a", "ms", 10.1, aim=10.0), True),
        (Figure("a", "ms", 5.0, 10.0, ratio_aim=0.5), False),
        (Figure("a", "ms", 5.1, 10.0, ratio_aim=0.5), True),
        (Figure("a", "ms", 5.1, None, ratio_aim=0.5), False),
        (Figure("a", "ms", 1.0, 10.0, aim=0.5, ratio_aim=0.5), True),
    ],
)
def test_an_aim_is_missed_when_either_kind_is(figure: Figure, missed: bool) -> None:
    assert figure.missed is missed


def test_the_table_names_both_aims_and_the_verdict() -> None:
    assert table([Figure("a", "ms", 1.0, 10.0, 2.0, 0.05)]).splitlines()[1].split() == (
        ["a", "1", "ms", "10", "ms", "0.10", "≤", "2", "ms,", "≤", "0.05", "x", "MISSED"]
    )


def test_a_quiet_moment_is_not_the_single_best() -> None:
    assert quiet([1.0, *[5.0] * 50, *[90.0] * 49]) == 5.0


def test_the_docs_show_what_both_packages_have() -> None:
    rows = markdown([Figure("both", "ms", 1.0, 2.0), Figure("ours", "ms", 1.0)], "1.1.1").splitlines()
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["both"]


def test_the_plot_has_a_bar_for_every_share_that_was_aimed_at() -> None:
    figures = [
        Figure("met <it>", "ms", 1.0, 10.0, ratio_aim=0.5),
        Figure("not", "ms", 9.0, 10.0, ratio_aim=0.5),
        Figure("no aim", "ms", 9.0, 10.0),
    ]
    picture = ET.fromstring(svg(figures, "1.1.1"))
    kinds = [each.get("class") for each in picture.iter() if each.tag.endswith("rect") and each.get("class")]
    assert kinds == ["met", "missed"]
