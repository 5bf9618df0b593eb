"""What an execution came to, read from what servers say about it: its output as a whole, a signal, a time-out."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from opensandbox.models.executions import Execution, OutputMessage

COLOUR: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""A control sequence of terminals, such as a colour."""

EXCERPT: Final = 60
"""Characters of an output that the short form of an execution shows."""

# Numbers are those of the sandbox, which runs Linux; this program may run elsewhere.
_LINUX: Final = [
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
    "STKFLT",
    "CHLD",
    "CONT",
    "STOP",
    "TSTP",
    "TTIN",
    "TTOU",
    "URG",
    "XCPU",
    "XFSZ",
    "VTALRM",
    "PROF",
    "WINCH",
    "IO",
    "PWR",
    "SYS",
]
_WORDS: Final = {
    "hangup": "HUP",
    "interrupt": "INT",
    "quit": "QUIT",
    "illegal instruction": "ILL",
    "trace/breakpoint trap": "TRAP",
    "aborted": "ABRT",
    "bus error": "BUS",
    "floating point exception": "FPE",
    "killed": "KILL",
    "segmentation fault": "SEGV",
    "broken pipe": "PIPE",
    "alarm clock": "ALRM",
    "terminated": "TERM",
}
_NAMED: Final = re.compile(r"\bSIG([A-Z0-9]+)\b")
_DESCRIBED: Final = re.compile(r"\bsignal: ([a-z/ ]+)")
_TIMEOUT: Final = re.compile(r"(?<![\w/.\"'-])time(?:d[ -])?-?out\b|deadline exceeded", re.IGNORECASE)
_OUT_OF_MEMORY: Final = re.compile(r"(?<![\w/.\"'-])oom\b|oom.?killed|out of memory", re.IGNORECASE)
_COMMAND_ERROR: Final = "CommandExecError"


@dataclass(slots=True)
class Course:
    """What is known of a run beside its events. It is no part of the value: neither compared nor dumped."""

    began: int | None = None
    """When it began, in the server's Unix milliseconds."""

    limit: int | None = None
    """The milliseconds that the server was told to give it."""

    runs: list[int] = field(default_factory=list)
    """How many pieces came in a row, of standard output and of standard error in turn."""

    dropped: int = 0
    """How many characters of output `max_output` left out."""


def written(messages: Sequence[OutputMessage], *, by_line: bool) -> Iterator[str]:
    """Yield what each piece wrote, with its line end: `by_line` says that pieces are lines which come without theirs."""
    last = len(messages) - 1
    for index, message in enumerate(messages):
        if message.text == "\n":  # also how a blank line arrives
            yield "\n"
        elif message.line_end is not None:
            yield message.text + message.line_end
        else:
            yield f"{message.text}\n" if by_line and index != last else message.text


def comes_by_line(messages: Iterable[OutputMessage]) -> bool:
    """Tell whether pieces are lines without their ends, as older servers send them. Newer ones send what was written."""
    return not any(
        "\n" in message.text and message.text != "\n" and message.line_end is None for message in messages
    )


def in_order(execution: Execution) -> Iterator[OutputMessage]:
    """Yield both outputs in the order in which they came, or, where that is not known, by their times."""
    logs, runs = execution.logs, execution._course.runs
    if sum(runs) != len(logs.stdout) + len(logs.stderr) or sum(runs[::2]) != len(logs.stdout):
        yield from merge(logs.stdout, logs.stderr, key=lambda message: message.timestamp)
        return
    sources = iter(logs.stdout), iter(logs.stderr)
    for index, count in enumerate(runs):
        yield from islice(sources[index % 2], count)


def _reason(execution: Execution) -> str:
    """Return what the daemon says about a failed command; the errors of code are the program's own words."""
    error = execution.error
    if error is None or (error.name != _COMMAND_ERROR and execution.exit_code is None):
        return ""
    return "\n".join([error.value, *error.traceback])


def signal_of(execution: Execution) -> signal.Signals | None:
    """Return the signal that ended a command, as the server names it or a shell numbers it."""
    reason, code = _reason(execution), execution.exit_code
    name = None
    if found := _NAMED.search(reason):
        name = found[1]
    elif found := _DESCRIBED.search(reason):
        name = _WORDS.get(found[1].strip())
    elif code is not None and code > 128:
        # A shell reports the signal that ended a program as 128 and its number.
        name = dict(enumerate(_LINUX, 1)).get(code - 128)
    elif code is not None and code < 0 and timed_out(execution):
        name = "KILL"
    return None if name is None else signal.Signals.__members__.get(f"SIG{name}")


def timed_out(execution: Execution) -> bool:
    """Tell whether a command was killed because its time was over: the server says so, or the clock does."""
    error, course = execution.error, execution._course
    if error is None:
        return False
    if _TIMEOUT.search(_reason(execution)):
        return True
    if execution.exit_code != -1 or course.limit is None or course.began is None:
        return False
    return error.timestamp - course.began >= course.limit


def out_of_memory(execution: Execution) -> bool | None:
    """Tell whether a command was killed because memory ran out; `None` for a kill that the server does not explain."""
    if _OUT_OF_MEMORY.search(_reason(execution)):
        return True
    killed = signal_of(execution) is signal.Signals.__members__.get("SIGKILL", object())
    return None if killed and not timed_out(execution) else False


def milliseconds(execution: Execution) -> int | None:
    """Return how long an execution took."""
    complete, error = execution.complete, execution.error
    if error is None and complete is not None and complete.execution_time_in_millis:
        return complete.execution_time_in_millis
    ends: Sequence[Any] = [event for event in (complete, error, *execution.result[-1:]) if event is not None]
    if execution._course.began is None or not ends:
        return 0 if complete is not None and error is None else None
    ended: int = max(event.timestamp for event in ends)
    return max(0, ended - execution._course.began)


def excerpt(text: str) -> str:
    """Return the beginning of an output for the eyes of a developer."""
    return repr(text) if len(text) <= EXCERPT else f"{text[:EXCERPT]!r}… ({len(text)} characters)"
