"""The zygote: `python -m opensandbox.local.execd.forked CONTROL`, where CONTROL is the descriptor of a socket to the server.

The first message on it says where Python's files are inside (`Places`). Each further one brings a socket, and perhaps a mount namespace to
fork in: the zygote forks, tells the pid on that socket, and forgets it; what was forked goes on in `birth`. It ends with the server. It
has one thread and no event loop, knows nothing of the server, and imports what daemons need: first what every sandbox uses, and the rest
when it has nothing to do or a message says that a sandbox cannot import it later.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import socket
import sys
from typing import TYPE_CHECKING

from opensandbox.local import signal_state
from opensandbox.local.execd.forked import birth, system
from opensandbox.local.execd.forked.places import Places
from opensandbox.local.execd.loading import load_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What daemons load on first use.
_SOON = (
    *("code.contexts", "code.kernel", "code.plain_kernel", "files.identity", "files.routes", "files.upload", "files.download"),
    *("isolated.files", "isolated.sessions", "run.commands", "run.sessions", "sandbox.metrics", "terminals.pty"),
)  # fmt: skip
# Of packages that need not be there; they have parts in C, which an image with other libraries could not load. They take three times
# as long as all the rest, so a server that lives for moments does without.
_LATER = (
    "jupyter_client.asynchronous.client",
    "jupyter_client.connect",
    "opensandbox.local.execd.code.kernelspecs",
    "websockets",
)
_QUIET = 10_000
_LONGEST = 1 << 16
ALL = b"all"
"""The message of a sandbox in which the modules of this machine cannot be loaded."""


def main(arguments: list[str]) -> int:
    """Fork until the server is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    system.end_with_parent()
    signal_state.reset()
    run = load_server()
    for module in _SOON:
        importlib.import_module(f"opensandbox.local.execd.{module}")
    order = control.recv(_LONGEST)
    if not order:
        return 0
    places = Places(**json.loads(order))
    _settle(places)
    poller = select.poll()
    poller.register(control, select.POLLIN)
    home = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    complete = False
    while True:
        waits = poller.poll(None if complete else _QUIET)
        message, descriptors = b"", list[int]()
        if waits:
            message, descriptors, _, _ = socket.recv_fds(control, 16, 2)
            if not message:
                return 0
        if not complete and (not waits or message == ALL):
            places.outside()
            load_all()
            _settle(places)
            complete = True
        if descriptors:
            channel, *mounts = descriptors
            for namespace in mounts:
                system.enter_mounts(namespace)
                os.close(namespace)
            _fork(control, socket.socket(fileno=channel), run)
            if mounts:
                system.enter_mounts(home)


def load_all() -> None:
    """Import what the parts of the daemon use from elsewhere, where it is installed."""
    for module in _LATER:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def _settle(places: Places) -> None:
    """Be what is forked. What is there now stays for as long as the process lives: a collection that looked at it would copy its pages."""
    places.inside()
    gc.collect()
    gc.freeze()


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
