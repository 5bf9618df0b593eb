"""A program of a sandbox on this program's pipes or files: what it reads and writes stays byte for byte what it was, both outputs apart."""

from __future__ import annotations

import contextlib
import os
import queue
import shlex
import signal
import sys
import threading
from typing import TYPE_CHECKING, Protocol

from opensandbox.exceptions import SandboxException
from opensandbox.local.cli.errors import NO_STATUS
from opensandbox.local.cli.forwarding import forwarded, limited
from opensandbox.local.cli.terminal import EXPIRED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opensandbox import SandboxSync
    from opensandbox._sync.run.piped import PipedCommandSync

HELD_PIECES = 2048
"""Pieces of output that wait for a slow reader, 32 KiB at the most each. The daemon lets go of a client that reads nothing for long."""
BROKEN_PIPE = 128 + signal.SIGPIPE

SIGNALS = {signal.SIGINT: 1, signal.SIGTERM: 1, signal.SIGHUP: 1}
"""The program gets each of them once, and may tidy up; the second one ends this program, and the one inside with it."""

SCRIPT = """\
trap : INT TERM HUP
exec 4>&2 2>/dev/null
"${BASH:-/bin/sh}" -c %s 2>&4 4>&-
exit $?
"""
"""A shell tells the signal that ended its child. What it says of that itself is nobody's output."""


class Outlet(Protocol):
    """Where output goes."""

    def write(self, data: bytes, is_error: bool) -> None:
        """Pass a piece on."""
        ...


class Passed:
    """To standard output and standard error, at once."""

    def write(self, data: bytes, is_error: bool) -> None:
        """Write a piece whole. BrokenPipeError where nobody reads it any more."""
        target = sys.stderr.fileno() if is_error else sys.stdout.fileno()
        view = memoryview(data)
        while view:
            view = view[os.write(target, view) :]


class Collected:
    """To one text each."""

    def __init__(self) -> None:
        self._pieces: tuple[list[bytes], list[bytes]] = ([], [])

    def write(self, data: bytes, is_error: bool) -> None:
        """Keep a piece."""
        self._pieces[is_error].append(data)

    def texts(self) -> dict[str, str]:
        """Return both outputs."""
        out, err = (b"".join(pieces).decode("utf-8", "replace") for pieces in self._pieces)
        return {"stdout": out, "stderr": err}


def converse(
    sandbox: SandboxSync,
    command: str,
    env: Mapping[str, str],
    cwd: str | None,
    timeout: float | None,
    outlet: Outlet,
) -> int:
    """Run shell text in the sandbox, with this program's input, and return its exit status; 128 and its number after a signal."""
    with (
        sandbox.commands.start(SCRIPT % shlex.quote(command), cwd=cwd, env=env, stdin=True) as program,
        _Writer(outlet, program) as writer,
        limited(program.kill, timeout) as expired,
    ):
        reads = _has_input()
        if not reads:
            program.close_stdin()
        with forwarded(sys.stdin.fileno() if reads else None, _Pieces(program), SIGNALS) as ended:
            try:
                for output in program:
                    writer.put(output.data, output.is_error)
            except BaseException:
                program.kill()  # what waits for it to read must not wait any longer
                raise
    if expired.is_set():
        return EXPIRED
    if ended.number is not None:
        return 128 + ended.number
    if writer.nobody_reads:
        return BROKEN_PIPE
    code = program.exit_code
    return NO_STATUS if code is None or code < 0 else code


def _has_input() -> bool:
    """Tell whether there may be something to read."""
    try:
        return not os.path.samestat(os.fstat(sys.stdin.fileno()), os.stat(os.devnull))
    except (OSError, ValueError, AttributeError):  # it is closed
        return False


class _Pieces:
    def __init__(self, program: PipedCommandSync) -> None:
        self._program = program

    def typed(self, data: bytes) -> bool:
        if data:
            self._program.write(data)
        else:
            self._program.close_stdin()
        return bool(data)

    def signalled(self, number: int) -> None:
        self._program.signal(signal.Signals(number).name)

    def end(self) -> None:
        self._program.kill()


class _Writer:
    """Writes in a thread of its own, so that a slow reader of ours does not look like a client that has gone."""

    def __init__(self, outlet: Outlet, program: PipedCommandSync) -> None:
        self._outlet = outlet
        self._program = program
        self._waiting: queue.Queue[tuple[bytes, bool] | None] = queue.Queue(HELD_PIECES)
        self._thread = threading.Thread(target=self._write, name="output", daemon=True)
        self.nobody_reads = False

    def put(self, data: bytes, is_error: bool) -> None:
        """Let a piece be written after those before it."""
        self._waiting.put((data, is_error))

    def __enter__(self) -> _Writer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._waiting.put(None)
            self._thread.join()

    def _write(self) -> None:
        while (piece := self._waiting.get()) is not None:
            if self.nobody_reads:
                continue
            try:
                self._outlet.write(*piece)
            except OSError:
                self.nobody_reads = True
                with contextlib.suppress(SandboxException):
                    self._program.kill()
