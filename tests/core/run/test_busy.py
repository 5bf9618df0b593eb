"""Which refusals of a busy context are answered by asking again, and for how long."""

from __future__ import annotations

import pytest

from opensandbox._core.run.busy import PATIENCE, BusyContext
from opensandbox._core.run.events import Aborted, Received
from opensandbox.models.execd import ExecutionComplete, ExecutionInit, OutputMessage

INIT = ExecutionInit(id="ctx", timestamp=1)
OUTPUT = OutputMessage(text="x", timestamp=2)
COMPLETE = ExecutionComplete(timestamp=3, execution_time_in_millis=1)
BUSY = Aborted("RUNTIME_ERROR", "error running code: session is busy", b"")


@pytest.mark.parametrize(
    ("seen", "error", "again"),
    [
        ([], BUSY, True),
        ([INIT], BUSY, True),
        ([INIT, OUTPUT], BUSY, False),
        ([INIT, COMPLETE], BUSY, False),
        ([INIT], Aborted("RUNTIME_ERROR", "the kernel died", b""), False),
        ([INIT], Aborted("RUNTIME_ERROR", None, b""), False),
    ],
)
def test_only_a_refusal_that_ran_nothing_is_answered_by_asking_again(
    seen: list[Received], error: Aborted, again: bool
) -> None:
    busy = BusyContext()
    assert busy.saw(seen) == seen
    busy.gave_up(error, 100.0)
    assert busy.may_ask_again(100.0) is again


def test_asking_again_ends_some_time_after_the_first_refusal() -> None:
    busy = BusyContext()
    busy.gave_up(BUSY, 100.0)
    busy.pause()
    busy.gave_up(BUSY, 101.0)
    assert busy.may_ask_again(100.0 + PATIENCE - 0.01)
    assert not busy.may_ask_again(100.0 + PATIENCE)


def test_each_pause_is_longer_and_nothing_is_asked_twice_for_one_refusal() -> None:
    busy = BusyContext()
    busy.gave_up(BUSY, 100.0)
    first = busy.pause()
    assert not busy.may_ask_again(100.0)
    busy.gave_up(BUSY, 100.1)
    assert 0 < first < busy.pause()


def test_the_id_is_shown_once() -> None:
    busy = BusyContext()
    assert busy.saw([INIT]) == [INIT]
    busy.gave_up(BUSY, 100.0)
    busy.pause()
    assert busy.saw([INIT, OUTPUT]) == [OUTPUT]


def test_the_id_is_shown_where_the_refusal_came_without_it() -> None:
    busy = BusyContext()
    busy.gave_up(BUSY, 100.0)
    busy.pause()
    assert busy.saw([INIT]) == [INIT]
    busy.gave_up(BUSY, 100.1)
    busy.pause()
    assert busy.saw([INIT, OUTPUT]) == [OUTPUT]
