"""Start the daemon: `python -m opensandbox.local.execd --socket-dir DIR`.

Serves the execd API on `DIR/execd.sock` and the control protocol on `DIR/control.sock`, prints the line `ready` once
both listen, and runs until SIGTERM. Kept free of heavy imports: they are on the path of every cold start.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from opensandbox.local.execd.app import Daemon
from opensandbox.local.execd.connection import Connection
from opensandbox.local.execd.control import MAX_LINE, Control
from opensandbox.local.execd.process import reap_orphans

BACKLOG = 1024


async def serve(directory: Path) -> None:
    """Serve both sockets until the process is told to end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if os.getpid() == 1:
        loop.add_signal_handler(signal.SIGCHLD, reap_orphans)
    daemon = Daemon(directory, os.environ)
    control = Control(daemon)
    connections: set[Connection] = set()
    servers = [
        await loop.create_unix_server(
            lambda: Connection(daemon.handle, connections), str(directory / "execd.sock"), backlog=BACKLOG
        ),
        await asyncio.start_unix_server(control.serve, str(directory / "control.sock"), limit=MAX_LINE),
    ]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stop.wait()
    for server in servers:
        server.close()
    await daemon.close()
    await control.close()
    await asyncio.gather(*(connection.close() for connection in list(connections)), return_exceptions=True)


def main(arguments: list[str]) -> int:
    """Run the daemon; 2 when the arguments make no sense."""
    if len(arguments) != 2 or arguments[0] != "--socket-dir" or not Path(arguments[1]).is_dir():
        sys.stderr.write(
            "usage: python -m opensandbox.local.execd --socket-dir DIR   (an existing directory)\n"
        )
        return 2
    with asyncio.Runner() as runner:
        runner.run(serve(Path(arguments[1]).resolve()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
