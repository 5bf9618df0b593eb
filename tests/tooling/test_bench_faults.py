"""The comparison under faults runs, and tells what a client and its deployment have seen."""

from __future__ import annotations

import pytest

from scripts.bench import faults
from scripts.bench.fault_cases import CASES, Case
from scripts.bench.subjects import ours

TOLD = {
    "stream reset before its final event": "IncompleteStreamException; output kept",
    "redirect to another origin, to be followed": "returns; sends none",
}


@pytest.mark.parametrize("form", faults.FORMS)
@pytest.mark.parametrize(("fault", "told"), TOLD.items(), ids=["stream", "redirect"])
def test_outcome_of_a_fault_is_told(fault: str, told: str, form: str) -> None:
    (case,) = (case for case in CASES if case.fault == fault)
    assert faults.measure(case, ours(None), form) == told


def test_words_come_from_what_happened() -> None:
    # Without the fault the same action ends in another way.
    (case,) = (case for case in CASES if case.fault == "stream reset before its final event")
    sound = Case("none", case.action, lambda stage: None, case.tell)
    assert faults.measure(sound, ours(None), "async") == "returns, exit code 0; output kept"


def test_table_has_a_row_for_a_fault_and_both_forms_where_they_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        faults, "measure", lambda case, subject, form: form if case.fault == "b" else "the same"
    )
    cases = [Case(fault, "get", lambda stage: None) for fault in ("a", "b")]
    assert faults.table(cases, [ours(None), ours(None)]).splitlines() == [
        "| Fault | Published package | This package |",
        "| --- | --- | --- |",
        "| a | the same | the same |",
        "| b | async: async<br>blocking: blocking | async: async<br>blocking: blocking |",
    ]
