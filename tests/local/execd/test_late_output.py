"""Where the late output of a kernel ends, however the pieces are cut."""

from __future__ import annotations

import pytest

from opensandbox.local.execd.code.late_output import LateOutput

MARK = "\x01mark\n"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("output", ["", "a\n", "one\ntwo\x01", "\x01\x01mar", "\x01mark"])
def test_output_ends_at_the_mark_wherever_it_is_cut(output: str, size: int) -> None:
    late = LateOutput(MARK)
    text = output + MARK + "of another run"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(late.before_the_mark("stdout", piece) for piece in pieces) == output
    assert not late.is_over
    assert late.before_the_mark("stderr", "e" + MARK) == "e"
    assert late.is_over
    assert late.held() == []


def test_what_is_held_back_for_a_mark_that_does_not_come_is_not_lost() -> None:
    late = LateOutput(MARK)
    assert late.before_the_mark("stdout", "end\x01ma") == "end"
    assert late.held() == [("stdout", "\x01ma")]
