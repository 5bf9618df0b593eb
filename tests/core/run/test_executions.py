"""What is kept of the events of an execution, and the outcome they tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opensandbox._core.run.events import ExecutionCount
from opensandbox._core.run.executions import (
    ClippedOutput,
    ExecutionRecorder,
    exit_code,
    failed_command,
    output_limit,
    settled,
)
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.execd import (
    CommandStatus,
    Execution,
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionLogs,
    ExecutionResult,
    OutputMessage,
)

COMPLETE = ExecutionComplete(timestamp=1, execution_time_in_millis=1)


def error(value: str) -> ExecutionError:
    return ExecutionError(name="CommandExecError", value=value, timestamp=1)


@pytest.mark.parametrize(
    ("failure", "complete", "background", "expected"),
    [
        ("3", False, False, 3),
        ("-1", False, False, -1),
        ("3", True, False, 3),
        ("3", False, True, 3),
        ("signal: killed", False, False, None),
        ("signal: killed", True, False, None),
        ("0x3", False, False, None),
        ("٣", False, False, None),
        ("", False, False, None),
        (None, True, False, 0),
        (None, True, True, None),
        (None, False, False, None),
    ],
)
def test_exit_code(failure: str | None, complete: bool, background: bool, expected: int | None) -> None:
    execution = Execution(
        error=None if failure is None else error(failure), complete=COMPLETE if complete else None
    )
    assert exit_code(execution, background=background) == expected


def test_a_recorder_fills_an_execution() -> None:
    recorder = ExecutionRecorder()
    out, err = OutputMessage(text="a", timestamp=1), OutputMessage(text="b", timestamp=2, is_error=True)
    result = ExecutionResult(text="42", timestamp=3)
    recorder.add([ExecutionInit(id="ex", timestamp=0), out, err, ExecutionCount(4), result])
    assert not recorder.ended
    recorder.add([COMPLETE])
    assert recorder.ended
    assert recorder.finish() == Execution(
        id="ex",
        execution_count=4,
        result=[result],
        complete=COMPLETE,
        exit_code=0,
        logs=ExecutionLogs(stdout=[out], stderr=[err]),
    )


def test_output_that_nobody_asked_for_is_not_kept() -> None:
    recorder = ExecutionRecorder(keep_output=False)
    recorder.add([OutputMessage(text="a", timestamp=1), OutputMessage(text="b", timestamp=2, is_error=True)])
    assert recorder.finish().logs == ExecutionLogs()
    assert not recorder.execution.truncated
    assert recorder.received == 2


def test_limited_output_keeps_head_and_tail_and_says_what_is_missing() -> None:
    recorder = ExecutionRecorder(max_output=10)
    recorder.add([OutputMessage(text=f"{number:03}", timestamp=number) for number in range(100)])
    recorder.add([OutputMessage(text="short", timestamp=1, is_error=True)])
    execution = recorder.finish()
    logs = execution.logs
    assert execution.truncated
    assert "".join(message.text for message in logs.stdout) == (
        "00000\n[... 290 characters of output dropped ...]\n98099"
    )
    assert [message.text for message in logs.stderr] == ["short"]


@given(st.lists(st.text("ab", max_size=12)), st.integers(2, 40))
def test_limited_output_loses_nothing_but_the_middle(texts: list[str], limit: int) -> None:
    clipped = ClippedOutput(limit)
    for text in texts:
        clipped.append(OutputMessage(text=text, timestamp=1))
    whole = "".join(texts)
    pieces = [message.text for message in clipped.messages()]
    if len(whole) <= limit:
        assert clipped.dropped == 0
        assert "".join(pieces) == whole
    else:
        kept = "".join(piece for piece in pieces if "dropped" not in piece)
        assert clipped.dropped == len(whole) - limit
        assert kept == whole[: limit - limit // 2] + whole[len(whole) - limit // 2 :]


@pytest.mark.parametrize("value", [0, 1, -5, 2.5, "10", True])
def test_a_limit_that_is_no_number_of_characters_is_refused(value: object) -> None:
    with pytest.raises(InvalidArgumentException, match="max_output"):
        output_limit(value)


def test_a_status_settles_a_lost_success() -> None:
    began = datetime(2026, 1, 2, tzinfo=UTC)
    lost = Execution(id="ex", logs=ExecutionLogs(stdout=[OutputMessage(text="a", timestamp=1)]))
    status = CommandStatus(
        running=False, exit_code=0, started_at=began, finished_at=began + timedelta(seconds=1.5), error=""
    )
    known = settled(lost, status)
    assert known.exit_code == 0
    assert known.error is None
    assert known.complete is not None
    assert known.complete.execution_time_in_millis == 1500
    assert known.text == "a"
    assert lost.complete is None


@pytest.mark.parametrize(
    ("status", "code", "value"),
    [
        (CommandStatus(running=False, exit_code=3), 3, "3"),
        (CommandStatus(running=False, error="no such program"), None, "no such program"),
        (CommandStatus(running=False), None, "unknown"),
    ],
)
def test_a_status_settles_a_lost_failure(status: CommandStatus, code: int | None, value: str) -> None:
    known = settled(Execution(id="ex"), status)
    assert known.complete is None
    assert known.error is not None
    assert (known.exit_code, known.error.value) == (code, value)


def test_the_failure_of_a_command_quotes_the_end_of_its_complaint() -> None:
    logs = ExecutionLogs(
        stderr=[OutputMessage(text=f"line {n}\n", timestamp=n, is_error=True) for n in range(1000)]
    )
    failure = failed_command("make test", Execution(error=error("2"), exit_code=2, logs=logs))
    assert str(failure).startswith("command failed with exit code 2: make test\n…")
    assert str(failure).endswith("line 999")
    assert len(str(failure)) < 700
    assert failure.exit_code == 2


def test_the_failure_of_a_command_that_did_not_start_says_why() -> None:
    failure = failed_command(["nope", "-x"], Execution(error=error("no such program")))
    assert str(failure) == "command could not be run: CommandExecError: no such program: nope -x"
