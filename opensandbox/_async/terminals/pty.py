"""`sandbox.pty`: interactive programs on a terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from opensandbox._async.published.attributes import OfSandbox
from opensandbox._async.terminals.terminal import Terminal
from opensandbox._concurrency.background import async_finish_or_undo, async_in_background
from opensandbox._core import arguments
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import span
from opensandbox._core.run import terminals
from opensandbox._core.run.commands import INTERRUPT_LIMIT
from opensandbox.exceptions import SandboxException
from opensandbox.models.terminals import TerminalOutput, TerminalStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.calls.http import Connection
    from opensandbox._async.net.websocket import WebSocket

logger = logging.getLogger("opensandbox.pty")

EXTRA = 'terminals, and commands with stdin=True, need the extra `pty`: pip install "opensandbox[pty]"'


@stays_here(CONNECT_THERE)
class PtyService(OfSandbox):
    """The terminals of one sandbox.

    They use a WebSocket, which needs the extra `pty`; without it `ImportError` names it.

        async with await sandbox.pty.open("python3 -i") as terminal:
            await terminal.send("6 * 7\\n")
            async for data in terminal:
                print(data.decode())
    """

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Awaitable[Connection]]) -> None:
        self._connection = connection

    async def open(
        self,
        command: str | None = None,
        *,
        cwd: str | None = None,
        cols: int = 80,
        rows: int = 24,
        pty: bool = True,
    ) -> Terminal:
        """Start a shell, or `command` (shell text), on a terminal of that size, and return it connected.

        With `pty=False` it runs on pipes: no echo, no size, separate standard error. The caller ends it with `close`,
        or by leaving `async with terminal:`; after `detach` it keeps running.

            terminal = await sandbox.pty.open(cwd="/workspace", cols=120, rows=40)
        """
        body = terminals.creation(command, cwd)
        size = terminals.resize_frame(cols, rows)
        kind = _websocket()
        session_id = await async_finish_or_undo(lambda: self._create(body), self._drop, INTERRUPT_LIMIT)
        try:
            query = terminals.attachment_query(0, pty=pty)
            socket = await self._connect(kind, session_id, query)
            terminal = Terminal(self, session_id, socket, pty=pty, owned=True)
            await self._taken_on(terminal, socket, None if (cols, rows) == terminals.DEFAULT_SIZE else size)
        except Exception:
            await self._drop(session_id)
            raise
        except BaseException:
            async_in_background(lambda: self._drop(session_id), INTERRUPT_LIMIT)
            raise
        return terminal

    async def attach(
        self,
        session_id: str,
        *,
        since: int = 0,
        takeover: bool = False,
        viewer: bool = False,
        pty: bool = True,
    ) -> Terminal:
        """Connect to a detached terminal, and read from the offset `since` (0: from its start).

        The server keeps the last megabyte; `terminal.missed` counts the requested bytes that it no longer had. One
        client at a time may type: a second one raises `SandboxConflictException`, unless it takes the terminal over
        (`takeover`) or only watches (`viewer`). Leaving `async with terminal:` detaches; the program keeps running.

            terminal = await sandbox.pty.attach(session_id, since=offset)
        """
        arguments.identifier("session_id", session_id)
        query = terminals.attachment_query(since, pty=pty, takeover=takeover, viewer=viewer)
        socket = await self._connect(_websocket(), session_id, query)
        terminal = Terminal(self, session_id, socket, since=since, viewer=viewer, pty=pty)
        await self._taken_on(terminal, socket)
        return terminal

    async def status(self, session_id: str) -> TerminalStatus:
        """Return the status of a terminal; raises `SandboxNotFoundException` for an unknown id."""
        arguments.identifier("session_id", session_id)
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await client.request("GET", _path(session_id))
            return TerminalStatus.model_validate(answer.json())

    async def delete(self, session_id: str) -> None:
        """End a terminal and its programs; raises `SandboxNotFoundException` for an unknown id."""
        arguments.identifier("session_id", session_id)
        connection = await self._connection()
        with connection.exchange() as client:
            await client.request("DELETE", _path(session_id))

    async def repeat(
        self, session_id: str, frames: terminals.FrameReader, *, pty: bool
    ) -> list[TerminalOutput]:
        """Return what a session that has ended printed after the last of these frames. `Terminal` calls it."""
        from opensandbox._async.net.websocket import ConnectionClosed

        query = terminals.attachment_query(frames.offset, pty=pty)
        socket = await self._connect(_websocket(), session_id, query)
        found: list[TerminalOutput] = []
        try:
            while True:
                frame = frames.read(await socket.receive(await self._limit()))
                if isinstance(frame, TerminalOutput):
                    found.append(frame)
                elif frame is not None:  # it is repeated before anything else is said
                    break
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            await socket.close()
        return found

    async def _taken_on(self, terminal: Terminal, socket: WebSocket, size: str | None = None) -> None:
        """Wait until the daemon has taken the client on, and tell it the size; the connection is closed where that fails."""
        try:
            await terminal.begin(await self._limit())
            if size is not None:
                await terminal._tell(size)
        except BaseException:
            await socket.close()
            raise

    async def _limit(self) -> float:
        connection = await self._connection()
        return span(connection.http.config.request_timeout)

    async def _create(self, body: dict[str, str]) -> str:
        connection = await self._connection()
        with connection.exchange() as client:
            answer = await client.request("POST", "/pty", json=body)
            session_id: str = answer.json()["session_id"]
            return session_id

    async def _connect(self, kind: type[WebSocket], session_id: str, query: str) -> WebSocket:
        return await kind.open(await self._connection(), f"{_path(session_id)}/ws?{query}")

    async def _drop(self, session_id: str) -> None:
        try:
            await self.delete(session_id)
        except SandboxException as failure:
            logger.warning("terminal %s could not be ended: %s", session_id, failure)


def _path(session_id: str) -> str:
    return f"/pty/{quote(session_id, safe='')}"


def _websocket() -> type[WebSocket]:
    try:
        from opensandbox._async.net.websocket import WebSocket
    except ImportError as exc:
        raise ImportError(EXTRA) from exc
    return WebSocket
