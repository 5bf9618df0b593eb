"""What an execution tells and comes to: its events, its output, its outcome."""

from __future__ import annotations

import json
from base64 import b64decode
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import Field

from opensandbox.models import outcomes
from opensandbox.models.base import Answer, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta
    from signal import Signals


class OutputMessage(Answer):
    """A piece of output, usually one line without its end; `timestamp` is in Unix milliseconds."""

    text: str
    timestamp: int
    is_error: bool = False

    @cached_property
    def line_end(self) -> str | None:
        """What ended this piece: a line end, or `""` where nothing did; `None` where the server does not say."""
        return None


class ExecutionResult(Answer):
    """The value that a piece of code came to, as text and perhaps in other forms.

    `extra_properties` holds those by MIME type, as they came: pictures in base64, JSON as text. The properties give them
    as data, `None` where there is no such form. A notebook shows the richest one.

        execution = await sandbox.code.run("figure")
        Path("figure.png").write_bytes(execution.result[0].png)
    """

    text: str | None = None
    timestamp: int
    extra_properties: dict[str, str] = Field(default_factory=dict)

    @property
    def html(self) -> str | None:
        """The form `text/html`."""
        return self.extra_properties.get("text/html")

    @property
    def markdown(self) -> str | None:
        """The form `text/markdown`."""
        return self.extra_properties.get("text/markdown")

    @property
    def latex(self) -> str | None:
        """The form `text/latex`."""
        return self.extra_properties.get("text/latex")

    @property
    def svg(self) -> str | None:
        """The form `image/svg+xml`."""
        return self.extra_properties.get("image/svg+xml")

    @property
    def png(self) -> bytes | None:
        """The form `image/png`; `ValueError` when what came is no base64."""
        return _decoded(self.extra_properties.get("image/png"))

    @property
    def jpeg(self) -> bytes | None:
        """The form `image/jpeg`; `ValueError` when what came is no base64."""
        return _decoded(self.extra_properties.get("image/jpeg"))

    @property
    def json_value(self) -> Any:
        """The form `application/json`, parsed; `None` also stands for `null`."""
        return json.loads(self.extra_properties.get("application/json", "null"))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        forms: dict[str, Any] = {
            mime: json.loads(form) if mime.endswith(("/json", "+json")) else form
            for mime, form in self.extra_properties.items()
        }
        return forms if self.text is None else {"text/plain": self.text, **forms}


def _decoded(form: str | None) -> bytes | None:
    return None if form is None else b64decode("".join(form.split()), validate=True)


class ExecutionError(Answer):
    """What ended an execution: for a command, `value` is its exit status; for code, the exception."""

    name: str
    value: str
    timestamp: int
    traceback: list[str] = Field(default_factory=list)

    @property
    def text(self) -> str:
        """Name, value and traceback as plain text, without the colours of terminals."""
        return outcomes.COLOUR.sub("", self.ansi)

    @property
    def ansi(self) -> str:
        """The same with the control sequences for terminals that the server sent, if it sent any."""
        title = ": ".join(part for part in (self.name, self.value) if part)
        text = lines(self.traceback)
        # The tracebacks of most languages end with the error themselves.
        return (
            text
            if title and title in outcomes.COLOUR.sub("", text)
            else "\n".join(filter(None, [text, title]))
        )


class ExecutionInit(Answer):
    """The execution has begun and got its id."""

    id: str
    timestamp: int


class ExecutionComplete(Answer):
    """The execution came to its end by itself."""

    timestamp: int
    execution_time_in_millis: int


class ExecutionLogs(Value):
    """The output of an execution, in the order it came."""

    stdout: list[OutputMessage] = Field(default_factory=list)
    stderr: list[OutputMessage] = Field(default_factory=list)

    def add_stdout(self, message: OutputMessage) -> None:
        """Append a piece of standard output."""
        self.stdout.append(message)

    def add_stderr(self, message: OutputMessage) -> None:
        """Append a piece of standard error."""
        self.stderr.append(message)


class Execution(Value):
    """One run of a command or of code, filled while its events arrive.

    `exit_code` is the exit status of a finished command: 0 after a success, `None` while it runs in the
    background and where the server gave no number.

        execution = await sandbox.commands.run("ls /")
        print(execution.stdout, execution.exit_code)

    `stdout`, `stderr` and `output` are what was written, with its line ends. Servers that send line by line without the
    ends do not tell whether the last line had one; then it has none here. (Daemons of 1.1 and the embedded server tell.)
    """

    id: str | None = None
    execution_count: int | None = None
    result: list[ExecutionResult] = Field(default_factory=list)
    error: ExecutionError | None = None
    complete: ExecutionComplete | None = None
    exit_code: int | None = None
    logs: ExecutionLogs = Field(default_factory=ExecutionLogs)

    def add_result(self, result: ExecutionResult) -> None:
        """Append a result."""
        self.result.append(result)

    @property
    def text(self) -> str:
        """Standard output and results as text, one piece per line, all line ends as `\\n`."""
        return lines(
            [*(message.text for message in self.logs.stdout), *(piece.text for piece in self.result)]
        )

    @property
    def stdout(self) -> str:
        """Standard output, as it was written."""
        return "".join(outcomes.written(self.logs.stdout, by_line=self._by_line()))

    @property
    def stderr(self) -> str:
        """Standard error, as it was written."""
        return "".join(outcomes.written(self.logs.stderr, by_line=self._by_line()))

    @property
    def output(self) -> str:
        """Both outputs, in the order in which they came."""
        return "".join(text for _, text in self._written_in_order())

    @property
    def ok(self) -> bool:
        """Whether it ended, and with success."""
        return self.error is None and self.exit_code == 0

    @property
    def timed_out(self) -> bool:
        """Whether it was killed because its own `timeout` was over."""
        return outcomes.timed_out(self)

    @property
    def truncated(self) -> bool:
        """Whether `max_output` left some of the output out."""
        return self._course.dropped > 0

    @property
    def signal(self) -> Signals | None:
        """The signal that ended the command, or, as a shell tells it (128 and the number), a program that it ran."""
        return outcomes.signal_of(self)

    @property
    def oom_killed(self) -> bool | None:
        """Whether it was killed because memory ran out; `None` where it was killed and the server does not say why."""
        return outcomes.out_of_memory(self)

    @property
    def duration(self) -> timedelta | None:
        """How long it took on the server, once it has ended; `None` where that is not known."""
        from datetime import timedelta

        took = outcomes.milliseconds(self)
        return None if took is None else timedelta(milliseconds=took)

    @cached_property
    def _course(self) -> outcomes.Course:
        return outcomes.Course()

    def _by_line(self) -> bool:
        return outcomes.comes_by_line([*self.logs.stdout, *self.logs.stderr])

    def _written_in_order(self) -> Iterator[tuple[bool, str]]:
        """Yield what was written, piece by piece, each with whether it was standard error."""
        pieces = list(outcomes.in_order(self))
        texts = outcomes.written(pieces, by_line=self._by_line())
        return zip((piece.is_error for piece in pieces), texts, strict=True)

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        from opensandbox.models.notebooks import shown

        return self.result[-1]._repr_mimebundle_() if self.result else shown(self)

    def __repr__(self) -> str:
        parts = [f"id={self.id!r}", f"exit_code={self.exit_code}"]
        if self.error is not None and self.exit_code is None:
            parts.append(f"error={outcomes.excerpt(f'{self.error.name}: {self.error.value}')}")
        named = {
            "stdout": self.stdout,
            "stderr": self.stderr,
            "result": self.result[-1].text if self.result else "",
        }
        parts += [f"{name}={outcomes.excerpt(text)}" for name, text in named.items() if text]
        return f"{type(self).__name__}({', '.join(parts)})"

    def __str__(self) -> str:
        parts = [self.text] if self.text else []
        if self.logs.stderr:
            parts += ["[stderr]", lines(message.text for message in self.logs.stderr)]
        if self.error is not None:
            parts.append(f"[error] {self.error.name}: {self.error.value}")
        return "\n".join(parts)


def lines(pieces: Iterable[str | None]) -> str:
    """Return output as text, one piece per line."""
    # A blank line arrives as "\n", so an empty piece is no line at all.
    texts = (piece.replace("\r\n", "\n") for piece in pieces if piece)
    return "\n".join(text.removesuffix("\n") for text in texts)
