# Generated from opensandbox/_async/terminals/pty.py by scripts/unasync.py. Do not edit.
"""`sandbox.pty`: interactive programs on a terminal."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from opensandbox._concurrency.background import finish_or_undo, in_background
from opensandbox._core import arguments
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import span
from opensandbox._core.run import terminals
from opensandbox._core.run.commands import INTERRUPT_LIMIT
from opensandbox._sync.published.attributes import OfSandbox
from opensandbox._sync.terminals.terminal import TerminalSync
from opensandbox.exceptions import SandboxException
from opensandbox.models.terminals import TerminalOutput, TerminalStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._sync.calls.http import Connection
    from opensandbox._sync.net.websocket import WebSocket

logger = logging.getLogger("opensandbox.pty")

EXTRA = 'terminals, and commands with stdin=True, need the extra `pty`: pip install "opensandbox[pty]"'


@stays_here(CONNECT_THERE)
class PtyService(OfSandbox):
    """The terminals of one sandbox.

    They use a WebSocket, which needs the extra `pty`; without it `ImportError` names it.

        with sandbox.pty.open("python3 -i") as terminal:
            terminal.send("6 * 7\\n")
            for data in terminal:
                print(data.decode())
    """

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Connection]) -> None:
        self._connection = connection

    def open(
        self,
        command: str | None = None,
        *,
        cwd: str | None = None,
        cols: int = 80,
        rows: int = 24,
        pty: bool = True,
    ) -> TerminalSync:
        """Start a shell, or `command` (shell text), on a terminal of that size, and return it connected.

        With `pty=False` it runs on pipes: no echo, no size, separate standard error. The caller ends it with `close`,
        or by leaving `with terminal:`; after `detach` it keeps running.

            terminal = sandbox.pty.open(cwd="/workspace", cols=120, rows=40)
        """
        body = terminals.creation(command, cwd)
        size = terminals.resize_frame(cols, rows)
        kind = _websocket()
        session_id = finish_or_undo(lambda: self._create(body), self._drop, INTERRUPT_LIMIT)
        try:
            query = terminals.attachment_query(0, pty=pty)
            socket = self._connect(kind, session_id, query)
            terminal = TerminalSync(self, session_id, socket, pty=pty, owned=True)
            self._taken_on(terminal, socket, None if (cols, rows) == terminals.DEFAULT_SIZE else size)
        except Exception:
            self._drop(session_id)
            raise
        except BaseException:
            in_background(lambda: self._drop(session_id), INTERRUPT_LIMIT)
            raise
        return terminal

    def attach(
        self,
        session_id: str,
        *,
        since: int = 0,
        takeover: bool = False,
        viewer: bool = False,
        pty: bool = True,
    ) -> TerminalSync:
        """Connect to a detached terminal, and read from the offset `since` (0: from its start).

        The server keeps the last megabyte; `terminal.missed` counts the requested bytes that it no longer had. One
        client at a time may type: a second one raises `SandboxConflictException`, unless it takes the terminal over
        (`takeover`) or only watches (`viewer`). Leaving `with terminal:` detaches; the program keeps running.

            terminal = sandbox.pty.attach(session_id, since=offset)
        """
        arguments.identifier("session_id", session_id)
        query = terminals.attachment_query(since, pty=pty, takeover=takeover, viewer=viewer)
        socket = self._connect(_websocket(), session_id, query)
        terminal = TerminalSync(self, session_id, socket, since=since, viewer=viewer, pty=pty)
        self._taken_on(terminal, socket)
        return terminal

    def status(self, session_id: str) -> TerminalStatus:
        """Return the status of a terminal; raises `SandboxNotFoundException` for an unknown id."""
        arguments.identifier("session_id", session_id)
        connection = self._connection()
        with connection.exchange() as client:
            answer = client.request("GET", _path(session_id))
            return TerminalStatus.model_validate(answer.json())

    def delete(self, session_id: str) -> None:
        """End a terminal and its programs; raises `SandboxNotFoundException` for an unknown id."""
        arguments.identifier("session_id", session_id)
        connection = self._connection()
        with connection.exchange() as client:
            client.request("DELETE", _path(session_id))

    def repeat(self, session_id: str, frames: terminals.FrameReader, *, pty: bool) -> list[TerminalOutput]:
        """Return what a session that has ended printed after the last of these frames. `TerminalSync` calls it."""
        from opensandbox._sync.net.websocket import ConnectionClosed

        query = terminals.attachment_query(frames.offset, pty=pty)
        socket = self._connect(_websocket(), session_id, query)
        found: list[TerminalOutput] = []
        try:
            while True:
                frame = frames.read(socket.receive(self._limit()))
                if isinstance(frame, TerminalOutput):
                    found.append(frame)
                elif frame is not None:  # it is repeated before anything else is said
                    break
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            socket.close()
        return found

    def _taken_on(self, terminal: TerminalSync, socket: WebSocket, size: str | None = None) -> None:
        """Wait until the daemon has taken the client on, and tell it the size; the connection is closed where that fails."""
        try:
            terminal.begin(self._limit())
            if size is not None:
                terminal._tell(size)
        except BaseException:
            socket.close()
            raise

    def _limit(self) -> float:
        connection = self._connection()
        return span(connection.http.config.request_timeout)

    def _create(self, body: dict[str, str]) -> str:
        connection = self._connection()
        with connection.exchange() as client:
            answer = client.request("POST", "/pty", json=body)
            session_id: str = answer.json()["session_id"]
            return session_id

    def _connect(self, kind: type[WebSocket], session_id: str, query: str) -> WebSocket:
        return kind.open(self._connection(), f"{_path(session_id)}/ws?{query}")

    def _drop(self, session_id: str) -> None:
        try:
            self.delete(session_id)
        except SandboxException as failure:
            logger.warning("terminal %s could not be ended: %s", session_id, failure)


def _path(session_id: str) -> str:
    return f"/pty/{quote(session_id, safe='')}"


def _websocket() -> type[WebSocket]:
    try:
        from opensandbox._sync.net.websocket import WebSocket
    except ImportError as exc:
        raise ImportError(EXTRA) from exc
    return WebSocket
