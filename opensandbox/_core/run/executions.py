"""What is kept of a stream of events, and what it says about the outcome."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

from opensandbox._core.run.events import Aborted, ExecutionCount, Received, Unreadable
from opensandbox.exceptions import (
    CodeFailedException,
    CommandFailedException,
    CommandKilledException,
    CommandTimedOutException,
    InvalidArgumentException,
)
from opensandbox.models.execd import (
    Execution,
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)
from opensandbox.models.executions import lines
from opensandbox.models.outcomes import COLOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opensandbox.models.execd import CommandStatus

EXCERPT: Final = 500
"""Characters of error output that the message of a failed command quotes."""

TRACEBACK: Final = 4000
"""Characters of a traceback that the message of failed code quotes; the end tells the most."""

_OUT_OF_MEMORY: Final = ", as when the sandbox runs out of memory"
_EXIT_STATUS: Final = re.compile(r"exit status -?\d+")
_SESSION_TIMEOUT: Final = re.compile(r"\btimeout after \d")
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,18}")


class ExecutionRecorder:
    """Fills an `Execution` from events: a new one, or `execution`.

    `keep_output=False` leaves the output out, `max_output` keeps at most that many characters each of standard output
    and standard error: the first half of what came and the last. `background` says that the end of the stream is not
    the end of the command, `limit` how many milliseconds the server was told to give it.
    """

    __slots__ = (
        "_background",
        "_clipped",
        "_last_is_error",
        "_stderr",
        "_stdout",
        "begun",
        "execution",
        "received",
    )

    def __init__(
        self,
        *,
        keep_output: bool = True,
        max_output: int | None = None,
        background: bool = False,
        execution: Execution | None = None,
        limit: int | None = None,
    ) -> None:
        self.execution = execution or Execution()
        self.execution._course.limit = limit or None
        self._last_is_error = True
        self.begun: Callable[[str], object] | None = None  # is told the id
        self.received = 0
        self._background = background
        self._clipped: list[tuple[ClippedOutput, list[OutputMessage]]] = []
        logs = self.execution.logs
        self._stdout = self._sink(logs.stdout, keep_output, max_output)
        self._stderr = self._sink(logs.stderr, keep_output, max_output)

    def _sink(
        self, messages: list[OutputMessage], keep: bool, limit: int | None
    ) -> ClippedOutput | list[OutputMessage] | None:
        if not keep:
            return None
        if limit is None:
            return messages
        clipped = ClippedOutput(limit)
        self._clipped.append((clipped, messages))
        return clipped

    @property
    def ended(self) -> bool:
        """Tell whether an event has told the outcome."""
        execution = self.execution
        return execution.complete is not None or execution.error is not None

    def add(self, events: Sequence[Received]) -> None:
        """Take note of the next events."""
        stdout, stderr, execution = self._stdout, self._stderr, self.execution
        runs = execution._course.runs
        self.received += len(events)
        for event in events:
            if type(event) is OutputMessage:
                sink = stderr if event.is_error else stdout
                if sink is not None:
                    sink.append(event)
                    if event.is_error is self._last_is_error and runs:
                        runs[-1] += 1
                    else:
                        # The first run is one of standard output, if an empty one.
                        runs += [1] if runs or not event.is_error else [0, 1]
                        self._last_is_error = event.is_error
            elif isinstance(event, ExecutionInit):
                execution.id = event.id or None
                if event.id and self.begun is not None:
                    self.begun(event.id)
                execution._course.began = event.timestamp or None
            elif isinstance(event, ExecutionResult):
                execution.add_result(event)
            elif isinstance(event, ExecutionError):
                execution.error = event
            elif isinstance(event, ExecutionComplete):
                execution.complete = event
            elif isinstance(event, ExecutionCount):
                execution.execution_count = event.number
            else:
                assert isinstance(event, Aborted | Unreadable)

    def finish(self) -> Execution:
        """Return the execution with its exit code and, where output was limited, what is left of that."""
        for clipped, messages in self._clipped:
            messages[:] = clipped.messages()
            if clipped.dropped:
                self.execution._course.runs.clear()
                self.execution._course.dropped += clipped.dropped
        self.execution.exit_code = exit_code(self.execution, background=self._background)
        return self.execution


class ClippedOutput:
    """The head and the tail of some output, and how much lay between them; `limit` characters are kept in all."""

    __slots__ = ("_head", "_head_room", "_tail", "_tail_length", "_tail_limit", "dropped")

    def __init__(self, limit: int) -> None:
        self._head: list[OutputMessage] = []
        self._head_room = limit - limit // 2
        self._tail: deque[OutputMessage] = deque()
        self._tail_length = 0
        self._tail_limit = limit // 2
        self.dropped = 0

    def append(self, message: OutputMessage) -> None:
        """Keep what there is room for; the oldest of the tail gives way."""
        length = len(message.text)
        if self._head_room > 0:
            if length <= self._head_room:
                self._head.append(message)
                self._head_room -= length
                return
            self._head.append(_part(message, 0, self._head_room))
            message = _part(message, self._head_room, length)
            length -= self._head_room
            self._head_room = 0
        self._tail.append(message)
        self._tail_length += length
        while self._tail_length > self._tail_limit:
            surplus = self._tail_length - self._tail_limit
            oldest = self._tail.popleft()
            cut = min(surplus, len(oldest.text))
            if cut < len(oldest.text):
                self._tail.appendleft(_part(oldest, cut, len(oldest.text)))
            self._tail_length -= cut
            self.dropped += cut

    def messages(self) -> list[OutputMessage]:
        """Return what was kept, with a message between head and tail that tells how much was dropped."""
        if not self.dropped:
            return [*self._head, *self._tail]
        last = self._head[-1] if self._head else self._tail[0]
        note = f"\n[... {self.dropped} characters of output dropped ...]\n"
        gap = _piece(note, last, "")
        return [*self._head, gap, *self._tail]


def _part(message: OutputMessage, start: int, end: int) -> OutputMessage:
    return _piece(message.text[start:end], message, message.line_end if end == len(message.text) else "")


def _piece(text: str, like: OutputMessage, line_end: str | None) -> OutputMessage:
    piece = OutputMessage(text=text, timestamp=like.timestamp, is_error=like.is_error)
    vars(piece)["line_end"] = line_end
    return piece


def output_limit(value: object) -> int | None:
    """Check `max_output`."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 2:
        raise InvalidArgumentException(
            f"max_output must be a number of characters, 2 or more, not {value!r}; None keeps everything"
        )
    return value


def exit_code(execution: Execution, *, background: bool = False) -> int | None:
    """Return the exit status that the events of a stream tell; an error counts for more than a completion."""
    if execution.error is not None:
        found = _INTEGER.fullmatch(execution.error.value.strip())
        return int(found[0]) if found else None
    return 0 if execution.complete is not None and not background else None


def settled(execution: Execution, status: CommandStatus) -> Execution:
    """Return what is known of an execution whose stream was lost, once its status tells that it has ended."""
    finished = 0 if status.finished_at is None else int(status.finished_at.timestamp() * 1000)
    known = execution.model_copy(update={"exit_code": status.exit_code})
    if status.started_at is not None:
        known._course.began = int(status.started_at.timestamp() * 1000)
    if status.exit_code == 0 and not status.error:
        began = status.started_at
        took = (
            0 if began is None or status.finished_at is None else (status.finished_at - began).total_seconds()
        )
        known.complete = ExecutionComplete(timestamp=finished, execution_time_in_millis=round(took * 1000))
    else:
        value = status.error or "unknown" if status.exit_code is None else str(status.exit_code)
        lines = [status.error] if status.error else []
        known.error = ExecutionError(
            name="CommandExecError", value=value, timestamp=finished, traceback=lines
        )
    return known


def session_timeout(error: Aborted) -> ExecutionError | None:
    """Return the outcome of a session's run that took too long: daemons tell it as an error of theirs, in the place of an event."""
    if error.message is None or not _SESSION_TIMEOUT.search(error.message):
        return None
    return ExecutionError(name="CommandExecError", value="-1", timestamp=0, traceback=[error.message])


def _why(execution: Execution) -> str:
    """Return what is known of how a command came to its exit code."""
    told = "; ".join(execution.error.traceback if execution.error is not None else []).strip()
    if told and not _EXIT_STATUS.fullmatch(told):
        return f" ({told})"
    if execution.signal is None:
        return ""
    return f" (ended by {execution.signal.name}{_OUT_OF_MEMORY if execution.oom_killed is None else ''})"


def failed_command(command: str | list[str], execution: Execution) -> CommandFailedException:
    """Return the exception for a command that was asked to succeed."""
    error, code = execution.error, execution.exit_code
    if code is not None:
        how = f"failed with exit code {code}{_why(execution)}"
    else:
        how = (
            f"could not be run: {error.name}: {error.value}" if error is not None else "has no known outcome"
        )
    shown = command if isinstance(command, str) else " ".join(command)
    message = f"command {how}: {shown if len(shown) <= EXCERPT else shown[:EXCERPT] + '…'}"
    written = lines(part.text for part in execution.logs.stderr[-EXCERPT:]).strip()
    if written:
        message += f"\n{written if len(written) <= EXCERPT else '…' + written[-EXCERPT:]}"
    if execution.timed_out:
        return CommandTimedOutException(message, execution=execution)
    kind = CommandFailedException if execution.signal is None else CommandKilledException
    return kind(message, execution=execution)


def failed_code(execution: Execution) -> CodeFailedException:
    """Return the exception for code that was asked to succeed."""
    assert execution.error is not None
    told = f"{execution.error.name}: {execution.error.value}".strip(": ")
    where = f"code in context {execution.id}" if execution.id else "code"
    message = f"{where} failed: {told if len(told) <= EXCERPT else told[:EXCERPT] + '…'}"
    if execution.error.traceback:
        trace = COLOUR.sub("", lines(execution.error.traceback))
        message += f"\n{trace if len(trace) <= TRACEBACK else '…' + trace[-TRACEBACK:]}"
    return CodeFailedException(message, execution=execution)
