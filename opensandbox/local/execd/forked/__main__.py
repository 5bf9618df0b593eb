"""The zygote: `python -m opensandbox.local.execd.forked CONTROL`, where CONTROL is the descriptor of a socket to the server.

Each message on it brings one more socket: the zygote forks, tells the pid on that socket, and forgets it; what was forked goes on in
`birth`. It ends with the server. It has one thread and no event loop, knows nothing of the server, and imports what daemons need: first
what every sandbox uses, and the rest when it has nothing to do or a message says that a sandbox cannot import it later.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import select
import socket
import sys
from typing import TYPE_CHECKING

from opensandbox.local import signal_state
from opensandbox.local.execd.forked import birth, system
from opensandbox.local.execd.loading import load_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What daemons load on first use. Copied pages cost nothing until somebody writes to them.
_LATER = (
    *("code.contexts", "code.kernel", "code.plain_kernel", "files.identity", "files.routes", "files.upload", "files.download"),
    *("isolated.files", "isolated.sessions", "run.sessions", "sandbox.metrics", "terminals.pty"),
)  # fmt: skip
# Of packages that need not be there; they have parts in C, which an image with other libraries could not load.
_OPTIONAL = (
    "jupyter_client.asynchronous.client",
    "jupyter_client.connect",
    "opensandbox.local.execd.code.kernelspecs",
    "websockets",
)
_QUIET = 1000
ALL = b"all"
"""The message of a sandbox in which the modules of this machine cannot be loaded."""


def main(arguments: list[str]) -> int:
    """Fork until the server is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    system.end_with_parent()
    signal_state.reset()
    run = load_server()
    importlib.import_module("opensandbox.local.execd.run.commands")
    poller = select.poll()
    poller.register(control, select.POLLIN)
    loaded = False
    # What is there now stays for as long as the process lives: a collection that looked at it would copy its pages.
    gc.collect()
    gc.freeze()
    while True:
        waits = poller.poll(None if loaded else _QUIET)
        message, descriptors = b"", list[int]()
        if waits:
            message, descriptors, _, _ = socket.recv_fds(control, 16, 1)
            if not message:
                return 0
        if not loaded and (not waits or message == ALL):
            load_all()
            gc.freeze()
            loaded = True
        for descriptor in descriptors:
            _fork(control, socket.socket(fileno=descriptor), run)


def load_all() -> None:
    """Import every part of the daemon, and what the parts use from elsewhere, where it is installed."""
    for module in _LATER:
        importlib.import_module(f"opensandbox.local.execd.{module}")
    for module in _OPTIONAL:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def _fork(control: socket.socket, channel: socket.socket, run: Callable[[Path], None]) -> None:
    try:
        pid = system.fork_sibling()
    except OSError as error:
        answer = str(error)
    else:
        if pid == 0:
            control.close()
            birth.become_daemon(channel, run)
        answer = str(pid)
    with contextlib.suppress(OSError):  # the server gave up; what was forked notices, too
        channel.send(answer.encode())
    channel.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
