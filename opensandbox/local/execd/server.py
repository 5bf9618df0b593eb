"""The life of the daemon: its sockets, until it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import TYPE_CHECKING

from opensandbox.local.execd.code import runtime_port
from opensandbox.local.execd.daemon import Daemon
from opensandbox.local.execd.http.connection import Connection
from opensandbox.local.execd.run.process import reap_orphans
from opensandbox.local.execd.sandbox import process_name
from opensandbox.local.execd.sandbox.control import MAX_LINE, Control

if TYPE_CHECKING:
    from pathlib import Path

BACKLOG = 1024


def run(directory: Path) -> None:
    """Serve in `directory` until SIGTERM or SIGINT; every process that was started ends, too.

    As the first process of a sandbox it serves until it is killed from outside.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # else the runner handles it
    with asyncio.Runner() as runner:
        runner.run(_serve(directory))


async def _serve(directory: Path) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    if os.getpid() == 1:
        # Nothing that a program inside sends ends the first process, as long as it handles nothing.
        process_name.take()
        loop.add_signal_handler(signal.SIGCHLD, reap_orphans)
    else:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    daemon = Daemon(directory, os.environ)
    control = Control(daemon)
    connections: set[Connection] = set()
    servers: list[asyncio.AbstractServer] = [
        await loop.create_unix_server(
            lambda: Connection(daemon.handle, connections), str(directory / "execd.sock"), backlog=BACKLOG
        ),
        await asyncio.start_unix_server(control.serve, str(directory / "control.sock"), limit=MAX_LINE),
    ]
    if (runtime := await runtime_port.listen()) is not None:
        servers.append(runtime)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stop.wait()
    for server in servers:
        server.close()
    await daemon.close()
    await control.close()
    await asyncio.gather(*(connection.close() for connection in list(connections)), return_exceptions=True)
