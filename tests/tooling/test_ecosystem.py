"""How records of frameworks are compared, and that the job has all it needs. The frameworks themselves are driven by `make test-matrix`."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.matrix.ecosystem.frameworks import FRAMEWORKS, HERE, Framework
from scripts.matrix.ecosystem.verdicts import BETTER, SAME, WORSE, compare, report

RAISED = {"raised": "SandboxApiException"}


def record(**got: Any) -> dict[str, Any]:
    """Return a record in which every case wants 1."""
    return {"cases": [{"name": name, "wanted": 1, "got": value} for name, value in got.items()]}


@pytest.mark.parametrize(
    ("ours", "published", "verdict"),
    [
        (1, 1, SAME),
        (2, 2, SAME),
        (1, 2, BETTER),
        (2, 1, WORSE),
        (2, 3, WORSE),
        ({**RAISED, "said": "no"}, {**RAISED, "said": "not found"}, SAME),
        (RAISED, {"raised": "TimeoutError"}, WORSE),
        (1, RAISED, BETTER),
        ({"hung": True}, 1, WORSE),
    ],
)
def test_a_difference_is_worse_unless_ours_is_what_is_wanted(ours: Any, published: Any, verdict: str) -> None:
    (case,) = compare(record(a=ours), record(a=published))
    assert case.verdict == verdict


def test_an_error_can_be_what_is_wanted() -> None:
    side = {"cases": [{"name": "a", "wanted": RAISED, "got": {**RAISED, "said": "gone"}}]}
    (case,) = compare(side, side)
    assert case.ours_right


def test_a_case_that_one_side_did_not_reach_is_a_difference() -> None:
    cases = compare(record(a=1), record(a=1, b=1))
    assert [case.verdict for case in cases] == [SAME, WORSE]


def test_a_driver_without_cases_is_refused() -> None:
    with pytest.raises(ValueError, match="no case"):
        compare(record(), record())


def test_the_report_names_differences_and_limits_and_ends_with_the_counts() -> None:
    told, worse = report(compare(record(a=1, b=1, c=2, d=2), record(a=1, b=2, c=2, d=1)))
    assert worse
    assert told.splitlines()[1:] == [
        "better: b: 1; published: 2",
        "both: c: 2; wanted: 1",
        "worse: d: 2; published: 1",
        "4 cases: 2 same, 1 better, 1 worse; as a user wants: 2 here, 2 on 1.1.1",
    ]


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.key)
def test_a_framework_has_a_driver_and_exact_versions_without_an_sdk(framework: Framework) -> None:
    lines = framework.requirements.read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if "==" not in line or line.startswith("opensandbox==")] == []
    assert framework.driver.is_file()
    assert framework.package in framework.name


def test_every_driver_and_every_list_of_versions_belongs_to_a_framework() -> None:
    keys = {framework.key for framework in FRAMEWORKS}
    assert {path.stem.removeprefix("drive_") for path in (HERE / "drivers").glob("drive_*.py")} == keys
    assert {path.stem for path in (HERE / "requirements").iterdir()} == keys
