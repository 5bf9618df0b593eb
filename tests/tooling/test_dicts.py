"""scripts/dicts.py writes what a caller may give in a dict, and notices that a model has changed."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from opensandbox.models import NetworkRule, OutputMessage
from opensandbox.models.base import NonBlank
from opensandbox.models.file_modes import FileMode
from scripts import dicts


@pytest.mark.parametrize(
    ("annotation", "given"),
    [
        (str, "str"),
        (NonBlank, "str"),
        (Annotated[int, Field(ge=0)] | None, "int | None"),
        (timedelta | None, "timedelta | float | None"),
        (FileMode, "int | str"),
        (dict[str, str], "dict[str, str]"),
        (Literal["a", "b"], "Literal['a', 'b']"),
        (NetworkRule, "NetworkRule | NetworkRuleDict"),
        (list[NetworkRule] | None, "Sequence[NetworkRule | NetworkRuleDict] | None"),
        (list[str], "list[str]"),
        (Callable[[OutputMessage], None], "Callable[[OutputMessage], None]"),
        (Callable[[OutputMessage], Awaitable[None]], "Callable[[OutputMessage], Awaitable[None]]"),
    ],
)
def test_an_annotation_says_what_may_be_given(annotation: Any, given: str) -> None:
    assert dicts.rendered(annotation, frozenset({NetworkRule})) == given


def test_a_file_that_is_out_of_date_is_told_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "dicts.py"
    monkeypatch.setattr(dicts, "TARGET", target)
    monkeypatch.setattr(sys, "argv", ["dicts.py"])
    assert dicts.main() == 0
    written = target.read_text()
    monkeypatch.setattr(sys, "argv", ["dicts.py", "--check"])
    assert dicts.main() == 0
    target.write_text(written.replace("    working_directory:", "    cwd:"))

    assert dicts.main() == 1
    assert "+    working_directory: str | None" in capsys.readouterr().out
    assert "    cwd:" in target.read_text()
