"""What may be run, and the script behind `set_env`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from opensandbox._core.deadlines import seconds
from opensandbox._core.text import checked
from opensandbox.exceptions import InvalidArgumentException

GRACE: Final = 10.0
"""Seconds that a stream may go on after the command's own time-out, which the daemon enforces."""

CLOSING: Final = 5.0
"""Seconds that the server has to close a stream after the event that tells the outcome."""

INTERRUPT_LIMIT: Final = 5.0
"""Seconds that leaving a stream early may spend on stopping the remote command."""

START_LIMIT: Final = 30.0
"""Seconds that a server has to tell the id of a run whose caller gave up before it did; without one nothing can be stopped."""

FIRST_PAUSE: Final = 0.02
LONGEST_PAUSE: Final = 1.0

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_IN_DOUBLE_QUOTES: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "$": "\\$", "`": "\\`", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)


def shell_text(command: object, name: str = "command") -> str:
    """Check text that a shell is to run; `name` is what the caller's argument is called."""
    if not isinstance(command, str):
        raise InvalidArgumentException(f"{name} must be a string, not {type(command).__name__}")
    if not command.strip():
        raise InvalidArgumentException(f"{name} must not be blank, but is {command!r}")
    if "\0" in command:
        raise InvalidArgumentException(f"{name} must not hold a NUL character")
    return command


def argument_vector(command: list[str] | tuple[str, ...]) -> list[str]:
    """Check a program and its arguments, which no shell reads."""
    if not command:
        raise InvalidArgumentException(
            'command must name a program, not be an empty list; for example ["ls", "-l"]'
        )
    for index, item in enumerate(command):
        if not isinstance(item, str):
            raise InvalidArgumentException(
                f"command[{index}] must be a string, not {item!r}; convert it with str()"
            )
        if "\0" in item:
            raise InvalidArgumentException(f"command[{index}] must not hold a NUL character")
    if not command[0]:
        raise InvalidArgumentException("command[0] must name a program, but is empty")
    return list(command)


def milliseconds(name: str, value: timedelta | float | None) -> int | None:
    """Return a time-out as it is sent; `None` and zero mean that there is none."""
    if value is None:
        return None
    exact = timedelta(seconds=seconds(name, value))
    # Sent as zero, a time-out below one millisecond would be none at all.
    return max(1, exact // timedelta(milliseconds=1)) if exact else 0


def stream_limit(
    timeout: timedelta | float | None, request_timeout: timedelta | float | None
) -> float | None:
    """Return the seconds that a stream may last: what the caller says, else a little more than the command may."""
    if request_timeout is not None:
        return seconds("request_timeout", request_timeout, positive=True)
    allowed = 0.0 if timeout is None else seconds("timeout", timeout)
    return allowed + GRACE if allowed > 0.0 else None


def next_pause(pause: float) -> float:
    """Return how long to wait before asking once more, given the wait before."""
    return min(pause * 1.5, LONGEST_PAUSE)


_LONGEST_VARIABLE: Final = (128 << 10) - 1
"""Bytes of `NAME=value`: Linux starts no program with a longer one."""


def persist_variable(key: object, value: object) -> str:
    """Return the script that adds a variable to those which later commands start with."""
    if not isinstance(key, str) or not _VARIABLE.fullmatch(key):
        raise InvalidArgumentException(
            f"key must be letters, digits and underscores, not beginning with a digit, but is {key!r}"
        )
    if not isinstance(value, str):
        raise InvalidArgumentException(
            f"value must be a string, not {type(value).__name__}; convert it with str()"
        )
    if "\0" in value:
        raise InvalidArgumentException("value must not hold a NUL character")
    checked("value", value)
    if (size := len(f"{key}={value}".encode())) > _LONGEST_VARIABLE:
        raise InvalidArgumentException(
            f"value has {size:,} bytes with its name, and programs take at most {_LONGEST_VARIABLE:,}; pass it in a file"
        )
    literal = f'"{value.translate(_IN_DOUBLE_QUOTES)}"' if "'" in value else f"'{value}'"
    complaint = f"EXECD_ENVS is not set; cannot persist environment variable {key}"
    return "\n".join(
        (
            f"if [ -z \"${{EXECD_ENVS:-}}\" ]; then printf '%s\\n' {_quoted(complaint)} >&2; exit 1; fi",
            'mkdir -p "$(dirname "$EXECD_ENVS")"',
            f"printf '%s\\n' {_quoted(f'{key}={literal}')} >> \"$EXECD_ENVS\"",
        )
    )


def compare_variable(key: str, value: str) -> str:
    """Return the script that succeeds where a variable has this value."""
    return f'[ "${{{key}-}}" = {_quoted(value)} ]'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
