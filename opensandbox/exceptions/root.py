"""The root of the SDK's exceptions, and the pair of code and text that each has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final


@dataclass(frozen=True)
class SandboxError:
    """An error for programs: a `code` from an open list, and its text, if there is one.

    The constants are the SDK's own codes. A server sends other codes too, so compare with `==` and expect unlisted
    ones.

        except SandboxException as failure:
            if failure.error.code == SandboxError.READY_TIMEOUT: ...
    """

    code: str
    message: str | None = None

    INTERNAL_UNKNOWN_ERROR: ClassVar[str] = "INTERNAL_UNKNOWN_ERROR"
    UNEXPECTED_RESPONSE: ClassVar[str] = "UNEXPECTED_RESPONSE"
    INVALID_ARGUMENT: ClassVar[str] = "INVALID_ARGUMENT"
    RATE_LIMIT: ClassVar[str] = "RATE_LIMIT"
    TIMEOUT: ClassVar[str] = "TIMEOUT"
    CONNECTION: ClassVar[str] = "CONNECTION"
    INCOMPLETE_STREAM: ClassVar[str] = "INCOMPLETE_STREAM"
    COMMAND_FAILED: ClassVar[str] = "COMMAND_FAILED"
    CODE_FAILED: ClassVar[str] = "CODE_FAILED"
    CONTENT_MISMATCH: ClassVar[str] = "CONTENT_MISMATCH"
    FILE_EXISTS: ClassVar[str] = "FILE_EXISTS"
    FILE_NOT_FOUND: ClassVar[str] = "FILE_NOT_FOUND"
    SAMPLE_FAILED: ClassVar[str] = "SAMPLE_FAILED"
    TERMINAL_FAILED: ClassVar[str] = "TERMINAL_FAILED"
    TERMINAL_GONE: ClassVar[str] = "SESSION_GONE"
    TERMINAL_INPUT_CLOSED: ClassVar[str] = "STDIN_WRITE_FAILED"
    TERMINAL_READ_ONLY: ClassVar[str] = "READ_ONLY"
    TERMINAL_TAKEN_OVER: ClassVar[str] = "TAKEN_OVER"
    WAKE_TIMEOUT: ClassVar[str] = "WAKE_TIMEOUT"
    UNHEALTHY: ClassVar[str] = "UNHEALTHY"
    READY_TIMEOUT: ClassVar[str] = "READY_TIMEOUT"
    TERMINATED: ClassVar[str] = "TERMINATED"
    SNAPSHOT_FAILED: ClassVar[str] = "SNAPSHOT_FAILED"
    TEMPLATE_FAILED: ClassVar[str] = "TEMPLATE_FAILED"
    POOL_EMPTY: ClassVar[str] = "POOL_EMPTY"
    POOL_ACQUIRE_FAILED: ClassVar[str] = "POOL_ACQUIRE_FAILED"
    POOL_NOT_RUNNING: ClassVar[str] = "POOL_NOT_RUNNING"
    POOL_DESTROYED: ClassVar[str] = "POOL_DESTROYED"
    POOL_DESTROY_INCOMPLETE: ClassVar[str] = "POOL_DESTROY_INCOMPLETE"
    POOL_STATE_STORE_UNAVAILABLE: ClassVar[str] = "POOL_STATE_STORE_UNAVAILABLE"
    POOL_STATE_STORE_CONTENTION: ClassVar[str] = "POOL_STATE_STORE_CONTENTION"


# Codes that say nothing more than the class does: the message is not repeated behind them.
_UNSPECIFIC = frozenset({SandboxError.INTERNAL_UNKNOWN_ERROR, SandboxError.UNEXPECTED_RESPONSE})

# What moves the cursor, hides or reorders what follows, or cannot be written: control characters, bidirectional marks, surrogates.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def printable(text: str, *, lines: bool = True) -> str:
    """Return text of unknown origin in printable form: control characters are escaped, with `lines=False` also line
    feeds."""
    if not lines:
        text = text.replace("\n", "\\n").replace("\t", "\\t")
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def shortened(text: str, head: int = 1500, tail: int = 500) -> str:
    """Return the beginning and the end of a text that is too long to be read."""
    if len(text) <= head + tail:
        return text
    return f"{text[:head]} … ({len(text) - head - tail} characters left out) … {text[-tail:]}"


class SandboxException(Exception):
    """Base of all errors of this package; catch it to catch everything the SDK raises.

    `error` holds the code and its text, `request_id` the response's `X-Request-ID`, if any (quote it to the operator),
    `is_retryable` whether a retry of the same call may succeed. `cause` becomes `__cause__`.

        try:
            sandbox = await Sandbox.create("python:3.12")
        except SandboxException as failure:
            log.error("no sandbox: %s (code %s)", failure, failure.code)
    """

    _code: ClassVar[str] = SandboxError.INTERNAL_UNKNOWN_ERROR

    def __init__(
        self,
        message: str | None = None,
        cause: BaseException | None = None,
        error: SandboxError | None = None,
        request_id: str | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message)
        if cause is not None:
            self.__cause__ = cause
        if error is None:
            error = SandboxError(self._code, None if self._code in _UNSPECIFIC else message)
        self.error = error
        self.request_id = request_id
        self.is_retryable = is_retryable

    @property
    def code(self) -> str:
        """`error.code`."""
        return self.error.code

    def __str__(self) -> str:
        # Exception's own: that of OSError, which some of the subclasses are, tells the number instead.
        message, code, text = Exception.__str__(self), self.error.code, self.error.message
        parts = [printable(message)]
        if text:
            detail = "" if text in message else f" {printable(text, lines=False)}"
            parts.append(f"[{printable(code, lines=False)}]{detail}")
        if self.request_id:
            parts.append(f"request_id={printable(self.request_id)}")
        return " | ".join(parts)
