"""Recorded event streams, and the ways in which one can be framed."""

from __future__ import annotations

from typing import Any

from opensandbox.models.execd import (
    Execution,
    ExecutionComplete,
    ExecutionError,
    ExecutionLogs,
    ExecutionResult,
    OutputMessage,
)

FRAMINGS = {"bare": "{}\n\n".format, "standard": "data: {}\n\n".format}

INIT = {"type": "init", "text": "ex-1", "timestamp": 1}
PING = {"type": "ping", "text": "pong", "timestamp": 1}
STDOUT = {"type": "stdout", "text": "one", "timestamp": 3}
STDERR = {"type": "stderr", "text": "two", "timestamp": 4}
COMPLETE = {"type": "execution_complete", "execution_time": 12, "timestamp": 7}
EXIT_7 = {
    "type": "error",
    "error": {"ename": "CommandExecError", "evalue": "7", "traceback": ["t"]},
    "timestamp": 3,
}
KILLED = {
    "type": "error",
    "error": {"ename": "Killed", "evalue": "signal: killed", "traceback": None},
    "timestamp": 3,
}
SUCCESS: list[dict[str, Any]] = [
    INIT,
    {"type": "execution_count", "execution_count": 4, "timestamp": 2},
    STDOUT,
    STDERR,
    {"type": "result", "results": {"text": "42", "image/png": "x"}, "timestamp": 5},
    PING,
    COMPLETE,
]

ONE = OutputMessage(text="one", timestamp=3)
TWO = OutputMessage(text="two", timestamp=4, is_error=True)
COMPLETED = ExecutionComplete(timestamp=7, execution_time_in_millis=12)

OUTCOMES: list[tuple[list[dict[str, Any]], Execution]] = [
    (
        SUCCESS,
        Execution(
            id="ex-1",
            execution_count=4,
            result=[ExecutionResult(text="42", timestamp=5)],
            complete=COMPLETED,
            exit_code=0,
            logs=ExecutionLogs(stdout=[ONE], stderr=[TWO]),
        ),
    ),
    (
        [INIT, STDERR, EXIT_7],
        Execution(
            id="ex-1",
            error=ExecutionError(name="CommandExecError", value="7", timestamp=3, traceback=["t"]),
            exit_code=7,
            logs=ExecutionLogs(stderr=[TWO]),
        ),
    ),
    (
        [INIT, KILLED],
        Execution(id="ex-1", error=ExecutionError(name="Killed", value="signal: killed", timestamp=3)),
    ),
]
