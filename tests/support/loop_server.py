"""A server of streams for tests whose event loop runs in a thread of its own, and which leaves nothing when it stops.

class Echo(LoopServer):
    async def serve(self, reader, writer):
        writer.write(await reader.read(100))
        writer.close()

with Echo() as server:
    socket.create_connection(("127.0.0.1", server.port))
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Self

PATIENCE = 10.0


class LoopServer:
    """Listens on loopback while its block lasts. Subclasses say in `serve` what a connection gets."""

    host = "127.0.0.1"
    """The address of this machine that it listens on."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=type(self).__name__)
        self._listener: asyncio.Server | None = None
        # The event loop alone does not keep a task whose client has sent its last byte: what it waits for may be known to
        # nobody but itself, since asyncio refers weakly to the readers of connections that it has opened.
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._listener is not None
        return int(self._listener.sockets[0].getsockname()[1])

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection. It is cancelled when the server stops."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(self._begin, self.host, 0, ssl=self._tls, backlog=1024)
        self._listener = asyncio.run_coroutine_threadsafe(starting, self._loop).result(PATIENCE)
        return self

    def __exit__(self, *exc_info: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self.serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _stop(self) -> None:
        assert self._listener is not None
        self._listener.close()
        # A connection that was accepted just now is nobody's until the task that takes it on has begun, and `serve`
        # begins some turns later. Cancelled before, they would leave their socket open.
        await _some_turns()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)
            await _some_turns()


async def _some_turns() -> None:
    """Let the event loop begin what is about to begin, and close what is about to be closed."""
    for _ in range(10):
        await asyncio.sleep(0)
