"""The frames of a terminal: what goes out, and what those that come in mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from opensandbox._core.text import checked, encoded
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxConflictException,
    SandboxError,
    TerminalException,
    TerminalTakenOverException,
)
from opensandbox.models.terminals import TerminalOutput

if TYPE_CHECKING:
    from opensandbox.models.terminals import TerminalStatus

TAKEN_OVER: Final = 4001
"""The close code for a client that had to make room for another one."""

ENDED: Final = 1000
"""The close code after what ran has ended."""

REFUSED: Final = 1011
"""The close code of a proxy whose daemon did not want the client."""

REPEATING: Final = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds after each attempt to read the last output of a terminal that has ended; one client at a time can."""

DEFAULT_SIZE: Final = (80, 24)
SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGKILL", "SIGQUIT", "SIGHUP")

_LARGEST: Final = 65535
_INPUT: Final = b"\x00"
_STDOUT, _STDERR, _REPLAY = 1, 2, 3
_OFFSET_LENGTH: Final = 8


class Exited(NamedTuple):
    """The program has ended."""

    exit_code: int


class Connected(NamedTuple):
    """The session has taken the client on; what it had to repeat came before."""


Frame = TerminalOutput | Exited | Connected | TerminalException | None
"""What a frame means; `None` for one that says nothing to a caller."""


class FrameReader:
    """Reads the frames of a session in order, and counts the bytes of output.

    `offset` is where the next output begins, `missed` counts what the server no longer had when it was asked to repeat.
    """

    __slots__ = ("_session_id", "missed", "offset")

    def __init__(self, session_id: str, since: int) -> None:
        self._session_id = session_id
        self.offset = since
        self.missed = 0

    def read(self, message: str | bytes) -> Frame:
        """Return what the next message means."""
        return self._output(message) if isinstance(message, bytes) else self._event(message)

    def _output(self, message: bytes) -> TerminalOutput | None:
        kind, data, offset = message[:1], message[1:], self.offset
        if kind == bytes([_REPLAY]):
            offset, data = int.from_bytes(data[:_OFFSET_LENGTH], "big"), data[_OFFSET_LENGTH:]
            self.missed += max(0, offset - self.offset)
        elif kind not in (bytes([_STDOUT]), bytes([_STDERR])):
            return None
        self.offset = offset + len(data)
        return TerminalOutput(data, offset, kind == bytes([_STDERR])) if data else None

    def _event(self, message: str) -> Frame:
        try:
            value: Any = json.loads(message)
        except ValueError:
            return None
        match value:
            case {"type": "exit", "exit_code": int(code)}:
                return Exited(code)
            case {"type": "connected"}:
                return Connected()
            case {"type": "error", "code": str(code), **more}:
                return refusal(self._session_id, code, str(more.get("error", "")))
        return None


def refusal(session_id: str, code: str, text: str) -> TerminalException:
    """Return the exception for an error frame."""
    if code == SandboxError.TERMINAL_TAKEN_OVER:
        return TerminalTakenOverException(
            f"another client took terminal {session_id} over; attach with takeover=True to take it back"
        )
    return TerminalException(
        f"terminal {session_id} says: {text or code}", error=SandboxError(code, text or None)
    )


def unwanted(status: TerminalStatus, viewer: bool, reason: str) -> SandboxConflictException | None:
    """Return why a session did not take a client on, judged by how the session stands; None where that does not tell.

    A proxy accepts a WebSocket before it has asked the daemon, whose refusal then is no more than a closed connection.
    """
    if viewer and not status.running:
        code, text = (
            "VIEWER_REQUIRES_RUNNING_SESSION",
            "has no running program to watch; attach without viewer=True",
        )
    elif not viewer and status.running:
        code = "ALREADY_CONNECTED"
        text = "is held by another client; takeover=True pushes it out, viewer=True watches"
    else:
        return None
    message = f"terminal {status.session_id} {text}" + (f" ({reason})" if reason else "")
    return SandboxConflictException(message, error=SandboxError(code))


def input_frame(data: object) -> bytes:
    """Return what sends input; text goes as UTF-8."""
    if isinstance(data, str):
        data = encoded("data", data)
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidArgumentException(f"data must be bytes or a string, not {type(data).__name__}")
    return _INPUT + bytes(data)


def resize_frame(cols: object, rows: object) -> str:
    """Return what changes the size of the terminal."""
    for name, value in (("cols", cols), ("rows", rows)):
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
            raise InvalidArgumentException(
                f"{name} must be a number of characters from 1 to {_LARGEST}, not {value!r}"
            )
    return json.dumps({"type": "resize", "cols": cols, "rows": rows})


def signal_frame(name: object) -> str:
    """Return what sends a signal to the program in the foreground."""
    if name not in SIGNALS:
        raise InvalidArgumentException(f"signal must be one of {', '.join(SIGNALS)}, not {name!r}")
    return json.dumps({"type": "signal", "signal": name})


def position(since: object) -> int:
    """Check where to go on."""
    if not isinstance(since, int) or isinstance(since, bool) or since < 0:
        raise InvalidArgumentException(
            f"since must be the offset of a terminal, zero or more, not {since!r}; 0 repeats from the start"
        )
    return since


def attachment_query(since: object, *, pty: bool, takeover: bool = False, viewer: bool = False) -> str:
    """Return the query of a connection to a terminal."""
    if viewer and takeover:
        raise InvalidArgumentException("viewer and takeover exclude each other: a viewer pushes nobody out")
    parts = [f"pty={int(bool(pty))}", f"since={position(since)}"]
    if takeover:
        parts.append("takeover=1")
    if viewer:
        parts.append("mode=viewer")
    return "&".join(parts)


def creation(command: object, cwd: object) -> dict[str, str]:
    """Return the body of a terminal's creation; what is not given is left out."""
    body: dict[str, str] = {}
    for name, value in (("command", command), ("cwd", cwd)):
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise InvalidArgumentException(f"{name} must be text without NUL characters, not {value!r}")
        body[name] = checked(name, value)
    return body
