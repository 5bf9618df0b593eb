"""A program of a sandbox on this program's own terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import tty
from typing import TYPE_CHECKING

from opensandbox.local.cli.errors import NO_STATUS
from opensandbox.local.cli.forwarding import forwarded, limited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox import SandboxSync
    from opensandbox._sync.terminals.terminal import TerminalSync

END_OF_INPUT = b"\x04"
EXPIRED = 124
"""The exit status of a command whose time was over, as that of `timeout` in coreutils."""
ALWAYS = 1 << 62


def interact(sandbox: SandboxSync, command: str | None, cwd: str | None, timeout: float | None) -> int:
    """Let this process's terminal be that of a program in the sandbox, and return its exit status."""
    keyboard, screen = sys.stdin.fileno(), sys.stdout.buffer
    columns, rows = _size(keyboard)
    with (
        sandbox.pty.open(command, cwd=cwd, cols=columns, rows=rows) as terminal,
        limited(terminal.close, timeout) as expired,
        _raw(keyboard),
        forwarded(keyboard, _Keyboard(keyboard, terminal, (columns, rows)), SIGNALS) as ended,
    ):
        for data in terminal:
            screen.write(data)
            screen.flush()
    if expired.is_set():
        return EXPIRED
    if ended.number is not None:
        return 128 + ended.number
    code = terminal.exit_code
    return NO_STATUS if code is None or code < 0 else code


SIGNALS = {signal.SIGWINCH: ALWAYS, signal.SIGTERM: 0, signal.SIGHUP: 0}
"""Ctrl-C is a key here. Other signals end this program, and the one inside with it."""


class _Keyboard:
    def __init__(self, keyboard: int, terminal: TerminalSync, size: tuple[int, int]) -> None:
        self._keyboard = keyboard
        self._terminal = terminal
        self._size = size

    def typed(self, data: bytes) -> bool:
        # Looked up for every key: what is typed after a change may be here before the signal that tells of it.
        self._follow()
        self._terminal.send(data or END_OF_INPUT)
        return bool(data)

    def signalled(self, number: int) -> None:
        self._follow()

    def end(self) -> None:
        self._terminal.close()

    def _follow(self) -> None:
        if self._size != (size := _size(self._keyboard)):
            self._size = size
            self._terminal.resize(*size)


def _size(terminal: int) -> tuple[int, int]:
    size = os.get_terminal_size(terminal)
    return size.columns or 80, size.lines or 24


@contextlib.contextmanager
def _raw(keyboard: int) -> Iterator[None]:
    """Pass every key on, those included that this terminal would act on itself."""
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
