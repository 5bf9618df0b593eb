"""A command with an open standard input: the script that feeds it, and the frames that the script reads.

A daemon passes input on, but has no word for its end. So a relay inside the sandbox reads frames, each a line with a
length and that many bytes, and passes the bytes on through a named pipe. A frame of no bytes closes the pipe. The command
itself replaces the shell: signals and the exit code are its own.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from opensandbox._core.convert.commands import run_request
from opensandbox._core.text import encoded
from opensandbox.exceptions import InvalidArgumentException

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox._core.run.options import User
    from opensandbox.models.execd import RunCommandOpts

PIECE: Final = 64 << 10
"""Bytes of input in one frame: `dd` reads a frame into memory."""

CLOSE: Final = b"0\n"
"""The frame that ends the input."""

# Two subshells: a relay that were a job of this shell would be waited for by a `wait` in the command.
_RELAY: Final = """\
command -v mkfifo >/dev/null && command -v dd >/dev/null || {{ echo "stdin=True needs mkfifo and dd in the sandbox" >&2; exit 127; }}
mkfifo -m 600 {path} || exit 126
exec 3<&0
( {{ exec >{path}; rm -f {path}; while IFS= read -r n && [ "$n" != 0 ]; do dd bs="$n" count=1 iflag=fullblock || break; done; }} <&3 3<&- 2>/dev/null & )
exec <{path} 3<&-
"""


def script(command: object, options: RunCommandOpts, who: User, token: str) -> str:
    """Return the shell text that runs a command behind a relay; what the way to it cannot carry is refused."""
    run_request(command, options)  # for its checks
    if who != (None, None):
        raise InvalidArgumentException(
            "start(stdin=True) takes no user, which the daemon's route for it does not have; "
            'run the command by `su` or `setpriv` instead: ["su", "app", "-c", "…"]'
        )
    if options.timeout:
        raise InvalidArgumentException(
            "start(stdin=True) takes no timeout, which the daemon's route for it does not have; "
            "use wait(timeout) and kill(), or run(…, input=…, timeout=…)"
        )
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in (options.envs or {}).items())
    text = f"exec {shlex.join(command)}" if isinstance(command, list | tuple) else command
    return _RELAY.format(path=f"/tmp/.opensandbox-stdin-{token}") + exports + str(text)  # noqa: S108


def frames(data: object) -> Iterator[bytes]:
    """Yield the frames that carry input; text goes as UTF-8."""
    if isinstance(data, str):
        data = encoded("data", data)
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InvalidArgumentException(f"data must be bytes or a string, not {type(data).__name__}")
    content = memoryview(data).cast("B")
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        yield b"%d\n" % len(piece) + bytes(piece)


def wants_stdin(value: object) -> bool:
    """Check `stdin`, which is a switch, not the data."""
    if isinstance(value, bool):
        return value
    raise InvalidArgumentException(
        f"stdin must be True or False, not {value!r}; with True, pass data to write() of what start() returns"
    )
