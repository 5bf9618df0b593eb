"""What an execution says of itself: its output as it was written, a signal, a time-out, how it looks."""

from __future__ import annotations

import pickle
import signal
from datetime import timedelta

import pytest

from opensandbox._core.run.events import EventDecoder
from opensandbox._core.run.executions import ExecutionRecorder
from opensandbox.models.execd import (
    Execution,
    ExecutionComplete,
    ExecutionError,
    ExecutionLogs,
    OutputMessage,
)

BEGAN = 1_000


def played(*events: str, line_end: str | None = None, limit: int | None = None, **options: int) -> Execution:
    """Return what becomes of a stream of events."""
    recorder = ExecutionRecorder(limit=limit, max_output=options.get("max_output"))
    decoder = EventDecoder(line_end=line_end)
    recorder.add(decoder.feed("".join(f"{event}\n\n" for event in events).encode()))  # type: ignore[arg-type]
    return recorder.finish()


def out(text: str, kind: str = "stdout", more: str = "") -> str:
    return f'{{"type":"{kind}","text":"{text}"{more},"timestamp":1005}}'


def ended(value: str, told: str, at: int = BEGAN + 500) -> Execution:
    error = f'{{"type":"error","timestamp":{at},"error":{{"ename":"CommandExecError","evalue":"{value}","traceback":["{told}"]}}}}'
    return played(f'{{"type":"init","text":"x","timestamp":{BEGAN}}}', error, limit=500)


@pytest.mark.parametrize(
    ("pieces", "line_end", "expected"),
    [
        pytest.param([r"a\n", r"b\n"], None, "a\nb\n", id="newer: as it was written"),
        pytest.param([r"a\nb", r"c\n", "d"], None, "a\nbc\nd", id="newer: cut anywhere"),
        pytest.param(["a", "b"], None, "a\nb", id="older: lines, and nothing tells of the last"),
        pytest.param(["a", r"\n", "b"], None, "a\n\nb", id="older: a blank line"),
        pytest.param(["a", r"\n", "b"], "\n", "a\n\nb\n", id="a daemon that tells line ends"),
        pytest.param(["a", "b"], "", "ab", id="code: as it was written"),
        pytest.param([], None, "", id="nothing"),
    ],
)
def test_standard_output_is_what_was_written(pieces: list[str], line_end: str | None, expected: str) -> None:
    assert played(*map(out, pieces), line_end=line_end).stdout == expected


def test_a_last_line_without_an_end_has_none_where_the_daemon_tells() -> None:
    execution = played(out("a"), out("b", more=',"line_end":""'), line_end="\n")
    assert execution.stdout == "a\nb"
    assert [message.line_end for message in execution.logs.stdout] == ["\n", ""]
    assert execution.logs.stdout[0] == OutputMessage(text="a", timestamp=1005)
    assert pickle.loads(pickle.dumps(execution)).stdout == "a\nb"
    assert "line_end" not in execution.model_dump_json()


def test_both_outputs_keep_the_order_of_their_arrival() -> None:
    execution = played(out("1", "stderr"), out("2"), out("3"), out("4", "stderr"), line_end="\n")
    assert (execution.output, execution.stdout, execution.stderr) == ("1\n2\n3\n4\n", "2\n3\n", "1\n4\n")


def test_output_that_was_put_together_by_hand_is_in_the_order_of_its_times() -> None:
    logs = ExecutionLogs()
    logs.add_stdout(OutputMessage(text="a\n", timestamp=1))
    logs.add_stderr(OutputMessage(text="b\n", timestamp=2, is_error=True))
    logs.add_stdout(OutputMessage(text="c\n", timestamp=3))
    assert Execution(logs=logs).output == "a\nb\nc\n"


def test_clipped_output_keeps_its_lines() -> None:
    execution = played(*(out(str(number)) for number in range(1000, 1100)), line_end="\n", max_output=20)
    assert execution.stdout == execution.output
    assert execution.stdout.startswith("1000\n1001\n10\n[... ")
    assert execution.stdout.endswith(" characters of output dropped ...]\n97\n1098\n1099\n")


@pytest.mark.parametrize(
    ("value", "told", "expected"),
    [
        ("3", "exit status 3", None),
        ("-1", "signal: killed", "SIGKILL"),
        ("-1", "signal: segmentation fault (core dumped)", "SIGSEGV"),
        ("-1", "ended by signal 15, SIGTERM", "SIGTERM"),
        ("139", "exit status 139", "SIGSEGV"),
        ("128", "exit status 128", None),
        ("255", "exit status 255", None),
        ("-1", "", "SIGKILL"),  # its time was over
        ("command not found", "command not found", None),
    ],
)
def test_the_signal_that_ended_it(value: str, told: str, expected: str | None) -> None:
    assert ended(value, told).signal == (None if expected is None else signal.Signals[expected])


@pytest.mark.parametrize(
    ("value", "told", "at", "expected"),
    [
        ("-1", "killed after the timeout of 500 ms (signal 9, SIGKILL)", BEGAN, True),
        ("127", "command could not be started: No such file or directory: /nowhere/timeout", BEGAN, False),
        ("127", 'exec: "timeout": executable file not found in $PATH', BEGAN, False),
        ("-1", "signal: killed", BEGAN + 500, True),
        ("-1", "signal: killed", BEGAN + 499, False),
        ("137", "exit status 137", BEGAN + 900, False),
        ("1", "exit status 1", BEGAN + 900, False),
    ],
)
def test_a_timeout_is_told_from_a_kill(value: str, told: str, at: int, expected: bool) -> None:
    assert ended(value, told, at).timed_out is expected


def test_errors_of_code_are_the_words_of_programs() -> None:
    error = ExecutionError(name="TimeoutError", value="timed out, out of memory", timestamp=1)
    execution = Execution(error=error)
    assert (execution.timed_out, execution.signal, execution.oom_killed) == (False, None, False)


@pytest.mark.parametrize(
    ("told", "at", "expected"),
    [
        ("signal: killed", BEGAN, None),
        ("killed: out of memory", BEGAN, True),
        ("signal: killed", BEGAN + 500, False),
        ("signal: terminated", BEGAN, False),
    ],
)
def test_a_kill_for_memory_is_known_or_possible(told: str, at: int, expected: bool | None) -> None:
    assert ended("-1", told, at).oom_killed is expected


def test_success_and_duration() -> None:
    complete = ExecutionComplete(timestamp=5, execution_time_in_millis=1500)
    execution = Execution(complete=complete, exit_code=0)
    assert (execution.ok, execution.duration) == (True, timedelta(seconds=1.5))
    assert (Execution().ok, Execution().duration) == (False, None)
    assert ended("1", "exit status 1").duration == timedelta(seconds=0.5)


def test_its_repr_is_short_and_its_value_is_not_touched() -> None:
    execution = played(out("x" * 500), line_end="\n")
    assert len(repr(execution)) < 200
    assert "(501 characters)" in repr(execution)
    assert execution == Execution(logs=ExecutionLogs(stdout=[OutputMessage(text="x" * 500, timestamp=1005)]))


def test_a_notebook_shows_output_errors_in_red_and_the_exit_code() -> None:
    error = '{"type":"error","timestamp":9,"error":{"ename":"CommandExecError","evalue":"2","traceback":[]}}'
    forms = played(out("<b>"), out("no", "stderr"), error, line_end="\n")._repr_mimebundle_()
    assert forms["text/plain"] == "<b>\nno\nexit code 2"
    red = '<span style="color:#c00">'
    assert forms["text/html"] == f"<pre>&lt;b&gt;\n{red}no\n</span>{red}exit code 2</span></pre>"


def test_tracebacks_come_with_and_without_colours() -> None:
    error = ExecutionError(name="E", value="v", timestamp=1, traceback=["\x1b[31mline\x1b[0m", "E: v"])
    assert (error.text, error.ansi) == ("line\nE: v", "\x1b[31mline\x1b[0m\nE: v")
    assert ExecutionError(name="E", value="v", timestamp=1).text == "E: v"
