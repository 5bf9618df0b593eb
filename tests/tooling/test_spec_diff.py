"""What `make spec-diff` makes of the answers of its tool, and of references that lead nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import spec_diff

GONE: dict[str, Any] = {
    "id": "api-path-removed-without-deprecation",
    "text": "api path removed without deprecation",
    "level": 3,
    "operation": "POST",
    "path": "/metrics/events",
    "section": "paths",
}
LINE = "lifecycle: POST /metrics/events: api path removed without deprecation [api-path-removed-without-deprecation]"


def only(**members: Any) -> spec_diff.Change:
    (change,) = spec_diff.changes("lifecycle", [GONE | members])
    return change


@pytest.mark.parametrize(("level", "verdict"), [(1, "compatible"), (2, "BREAKING"), (3, "BREAKING")])
def test_what_may_break_somebody_counts_as_breaking(level: int, verdict: str) -> None:
    assert spec_diff.verdict(only(level=level), set()) == verdict


def test_a_change_is_reviewed_by_its_whole_line() -> None:
    assert only().line == LINE
    assert spec_diff.verdict(only(), {LINE}) == "reviewed"
    assert spec_diff.verdict(only(path="/metrics"), {LINE}) == "BREAKING"


def test_what_concerns_the_whole_spec_is_named_by_its_section() -> None:
    (change,) = spec_diff.changes(
        "execd", [{"id": "x", "text": "something about it", "level": 1, "section": "info"}]
    )
    assert change.line == "execd: info: something about it [x]"


def test_comments_are_no_changes() -> None:
    assert list(spec_diff.lines(f"# the reason\n\n{LINE}\n")) == [LINE]


def test_older_specs_come_out_of_git(tmp_path: Path) -> None:
    before = spec_diff.older_specs("HEAD", tmp_path / "old")
    assert set(before) == set(spec_diff.APIS)
    assert all(path.read_text().startswith("openapi:") for path in before.values())


def test_the_last_release_is_what_is_compared_with(tmp_path: Path) -> None:
    before = spec_diff.older_specs(None, tmp_path / "old")
    assert all("paths" in json.loads(path.read_text()) for path in before.values())
    assert set(before) == set(spec_diff.APIS)


def test_a_reference_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="'no-such-tag' is neither a directory nor a commit with specs"):
        spec_diff.older_specs("no-such-tag", tmp_path / "old")


def test_a_tool_that_notices_nothing_is_not_believed(tmp_path: Path) -> None:
    blind = tmp_path / "blind"
    blind.write_text("#!/bin/sh\necho '[]'\n")
    blind.chmod(0o755)
    with pytest.raises(SystemExit, match="its verdict is worth nothing"):
        spec_diff.control(blind, tmp_path)
