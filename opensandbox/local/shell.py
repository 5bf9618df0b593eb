"""`opensandbox-local shell`: a terminal in a new sandbox, on the terminal that it is called from."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import signal
import sys
import termios
import threading
import tty
from typing import TYPE_CHECKING

from opensandbox.exceptions import SandboxException

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from opensandbox._sync.terminals.terminal import TerminalSync
    from opensandbox.sync.sandbox import SandboxSync

NAME = "shell"
END_OF_INPUT = b"\x04"
LOST = 255
"""The exit status where the program told none: it was ended by a signal, or the sandbox by somebody."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Say what the sub-command takes."""
    parser.add_argument(
        "--image",
        dest="shell_image",
        default="ubuntu",
        metavar="NAME[=DIR]",
        help="image to start, and its root directory (default: %(default)s, on the programs of this machine)",
    )
    parser.add_argument(
        "shell_command",
        nargs="*",
        metavar="COMMAND",
        help="shell text to run, or a program and its arguments behind -- (default: a shell)",
    )
    add_packages_option(parser, dest="shell_packages")


def add_packages_option(parser: argparse.ArgumentParser, *, dest: str) -> None:
    """Say what `--packages` takes; both the server and the terminal have it."""
    parser.add_argument(
        "--packages",
        dest=dest,
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="requirements that pip installs for every sandbox: once, then kept. End the list with another option or --",
    )


def run(options: argparse.Namespace) -> int:
    """Start a server and a sandbox for one program on a terminal; returns its exit status. Everything ends with it."""
    from opensandbox.local.server import LocalServer, LocalServerError
    from opensandbox.sync.sandbox import SandboxSync

    name, _, directory = options.shell_image.partition("=")
    try:
        packages = [*options.packages, *options.shell_packages]
        images = {name: directory} if directory else None
        with LocalServer(spares=0, images=images, packages=packages) as server:
            config = server.connection_config_sync()
            with SandboxSync.create(name, timeout=None, connection_config=config) as sandbox:
                return interact(sandbox, _text(options.shell_command))
    except (LocalServerError, SandboxException, ValueError) as error:
        print(f"opensandbox-local: {error}", file=sys.stderr)  # noqa: T201
        return LOST


def _text(words: list[str]) -> str | None:
    """One word is shell text; several are a program and its arguments."""
    return words[0] if len(words) == 1 else shlex.join(words) or None


def interact(sandbox: SandboxSync, command: str | None) -> int:
    """Let this process's terminal be that of a program in the sandbox, and return its exit status."""
    keyboard, screen = sys.stdin.fileno(), sys.stdout.buffer
    columns, rows = _size(keyboard)
    with (
        sandbox.pty.open(command, cols=columns, rows=rows) as terminal,
        _raw(keyboard),
        _forwarded(keyboard, terminal, (columns, rows)),
    ):
        for data in terminal:
            screen.write(data)
            screen.flush()
    code = terminal.exit_code
    return LOST if code is None or code < 0 else code


def _size(terminal: int) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(terminal)
    except OSError:
        return 80, 24  # a pipe or a file
    return size.columns or 80, size.lines or 24


@contextlib.contextmanager
def _raw(keyboard: int) -> Iterator[None]:
    """Pass every key on, those included that this terminal would act on itself."""
    if not os.isatty(keyboard):
        yield
        return
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _forwarded(keyboard: int, terminal: TerminalSync, size: tuple[int, int]) -> Iterator[None]:
    """Send what is typed, and changes of size, from a thread of their own."""
    wake, waker = os.pipe()
    thread = threading.Thread(
        target=_forward, args=(keyboard, wake, terminal, size), name="keyboard", daemon=True
    )
    before = signal.signal(signal.SIGWINCH, lambda *_: os.write(waker, b"r"))
    thread.start()
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
        os.close(waker)
        thread.join()
        os.close(wake)


def _forward(keyboard: int, wake: int, terminal: TerminalSync, size: tuple[int, int]) -> None:
    sources = [keyboard, wake]
    # A terminal that is lost tells that to whoever reads it.
    with contextlib.suppress(SandboxException):
        while True:
            ready, _, _ = select.select(sources, [], [])
            if wake in ready and not os.read(wake, 100):
                return
            typed = os.read(keyboard, 32768) if keyboard in ready else None
            # Looked up for every key: what is typed after a change may be here before the signal that tells of it.
            if size != (size := _size(keyboard)):
                terminal.resize(*size)
            if typed is not None:
                if not typed:
                    sources.remove(keyboard)
                terminal.send(typed or END_OF_INPUT)
