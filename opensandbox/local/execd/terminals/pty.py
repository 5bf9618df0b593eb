"""Interactive terminals: /pty over HTTP, and the WebSocket that carries a shell's input and output."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.http.errors import CONTEXT_NOT_FOUND, ExecdError, invalid
from opensandbox.local.execd.http.messages import Request, Response, json_response
from opensandbox.local.execd.run.commands import shell_argv
from opensandbox.local.execd.run.sessions import new_session_id
from opensandbox.local.execd.terminals.terminal import Terminal

if TYPE_CHECKING:
    from opensandbox.local.execd.daemon import Daemon
    from opensandbox.local.execd.http.websocket import WebSocket

TAKEOVER_SECONDS = 5.0
TAKEN_OVER = 4001
READ_ONLY_LIMIT = 5
MAX_SIZE = 65535
INPUT, REPLAY = 0, 3
SIGNALS = ("SIGINT", "SIGTERM", "SIGKILL", "SIGQUIT", "SIGHUP")


@dataclass(eq=False, slots=True)
class Attachment:
    """A client at a terminal: where it has read to, and how often a viewer tried to write."""

    socket: WebSocket
    viewer: bool
    offset: int
    refused: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False, slots=True)
class TerminalSession:
    """A terminal, and the one client that may type into it."""

    id: str
    terminal: Terminal
    holder: Attachment | None = None
    attachments: set[Attachment] = field(default_factory=set)

    def lag(self) -> int:
        """Bytes that the holder has not been sent yet."""
        return 0 if self.holder is None else self.terminal.ring.end - self.holder.offset


class TerminalRoutes:
    """The terminal routes, and the sessions."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._sessions: dict[str, TerminalSession] = {}

    async def create(self, request: Request) -> Response:
        """POST /pty: nothing is started before the first client attaches."""
        body = await request.json_object(optional=True)
        command = body.get("command")
        if command is not None and (not isinstance(command, str) or "\0" in command):
            raise invalid("'command' has to be a text without NUL bytes")
        argv = shell_argv(command) if command else (shutil.which("bash") or "/bin/sh",)
        terminal = Terminal(argv, self._daemon.working_directory(body.get("cwd")))
        session = TerminalSession(new_session_id(), terminal)
        terminal.lag = session.lag
        self._sessions[session.id] = session
        return json_response({"session_id": session.id}, 201)

    async def status(self, request: Request) -> Response:
        """GET /pty/{sessionId}."""
        session = self._session(request)
        terminal = session.terminal
        return json_response(
            {"session_id": session.id, "running": terminal.running, "output_offset": terminal.ring.end}
        )

    async def delete(self, request: Request) -> Response:
        """DELETE /pty/{sessionId}."""
        session = self._session(request)
        del self._sessions[session.id]
        session.terminal.kill()
        return Response()

    async def close(self) -> None:
        """End every shell."""
        for session in self._sessions.values():
            session.terminal.kill()

    async def attach(self, request: Request) -> Response:
        """GET /pty/{sessionId}/ws: refusals are HTTP answers, all the rest happens on the WebSocket."""
        session = self._session(request)
        viewer = request.query("mode") == "viewer"
        since = request.query("since") or "0"
        if not since.isdecimal():
            raise invalid(f"'since' is {since!r}, it has to be an offset from 0 on")
        if viewer and not session.terminal.running:
            raise ExecdError(
                409, "VIEWER_REQUIRES_RUNNING_SESSION", "the terminal has no running shell to watch"
            )
        takeover = request.query("takeover") == "1"
        if not viewer and session.holder is not None and not takeover:
            raise ExecdError(
                409, "ALREADY_CONNECTED", "the terminal is held by another client; use takeover=1"
            )
        from opensandbox.local.execd.http.websocket import WebSocket

        async with WebSocket(request) as socket:
            if socket.open:
                attachment = Attachment(socket, viewer, int(since))
                await self._serve(session, attachment, pty=request.query("pty") != "0")
        return Response()

    async def _serve(self, session: TerminalSession, attachment: Attachment, *, pty: bool) -> None:
        if not attachment.viewer:
            if session.holder is not None:
                session.holder.socket.close(TAKEN_OVER, "TAKEN_OVER")
                await asyncio.wait(
                    {asyncio.ensure_future(session.holder.left.wait())}, timeout=TAKEOVER_SECONDS
                )
            session.holder = attachment
        session.attachments.add(attachment)
        work: list[asyncio.Task[None]] = []
        try:
            fresh = session.terminal.process is None
            if fresh:
                try:
                    await session.terminal.start(self._daemon.environment.for_process(), pty=pty)
                except OSError as error:
                    await _send_error(attachment.socket, "START_FAILED", str(error))
                    return
            loop = asyncio.get_running_loop()
            work = [
                loop.create_task(_send_output(session, attachment, pty=pty, fresh=fresh)),
                loop.create_task(_receive_input(session, attachment)),
            ]
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            session.attachments.discard(attachment)
            if session.holder is attachment:
                session.holder = None
            attachment.left.set()
            session.terminal.resume()

    def _session(self, request: Request) -> TerminalSession:
        session = self._sessions.get(request.params["sessionId"])
        if session is None:
            raise ExecdError(404, CONTEXT_NOT_FOUND, f"terminal {request.params['sessionId']} is unknown")
        return session


async def _send_output(session: TerminalSession, attachment: Attachment, *, pty: bool, fresh: bool) -> None:
    terminal, socket = session.terminal, attachment.socket
    changed = terminal.watch()
    try:
        # Whoever started the shell has missed nothing, and a replay would not tell standard error apart.
        if not fresh:
            begin, kept = terminal.ring.replay(attachment.offset)
            if kept:
                await socket.send(_replay_frame(begin, kept))
            attachment.offset = begin + len(kept)
        role = "viewer" if attachment.viewer else "holder"
        mode = "pty" if pty else "pipe"
        await _send_json(socket, type="connected", session_id=session.id, mode=mode, role=role)
        while True:
            changed.clear()
            while (piece := terminal.ring.since(attachment.offset)) is not None:
                offset, stream, data = piece
                frame = _replay_frame(offset, data) if attachment.viewer else bytes([stream]) + data
                await socket.send(frame)
                attachment.offset = offset + len(data)
                terminal.resume()
            if terminal.ended and attachment.offset >= terminal.ring.end:
                await _send_json(socket, type="exit", exit_code=terminal.exit_code)
                socket.close(1000)
                return
            await changed.wait()
    finally:
        terminal.unwatch(changed)


async def _receive_input(session: TerminalSession, attachment: Attachment) -> None:
    while (message := await attachment.socket.receive()) is not None:
        if isinstance(message, bytes):
            if message[:1] == bytes([INPUT]):
                await _handle(session, attachment, {"type": "stdin", "data": message[1:]})
            continue
        try:
            frame = json.loads(message)
        except (ValueError, RecursionError):
            continue
        if isinstance(frame, dict):
            await _handle(session, attachment, frame)


async def _handle(session: TerminalSession, attachment: Attachment, frame: dict[str, Any]) -> None:
    kind, terminal, socket = frame.get("type"), session.terminal, attachment.socket
    if kind == "ping":
        await _send_json(socket, type="pong")
    elif kind not in ("stdin", "resize", "signal"):
        await _send_error(socket, "INVALID_FRAME", f"unknown frame type {kind!r}")
    elif attachment.viewer:
        attachment.refused += 1
        await _send_error(socket, "READ_ONLY", "a viewer can only watch")
        if attachment.refused >= READ_ONLY_LIMIT:
            socket.close(1008, "READ_ONLY")
    elif kind == "stdin":
        data = frame.get("data")
        content = data.encode() if isinstance(data, str) else data
        await terminal.room()
        if isinstance(content, bytes) and not terminal.write(content) and not await terminal.ends():
            await _send_error(socket, "STDIN_WRITE_FAILED", "the shell does not read its input")
    elif kind == "resize":
        columns, rows = frame.get("cols"), frame.get("rows")
        if (
            isinstance(columns, int)
            and isinstance(rows, int)
            and 0 < columns <= MAX_SIZE
            and 0 < rows <= MAX_SIZE
        ):
            terminal.resize(columns, rows)
    elif frame.get("signal") in SIGNALS:
        terminal.signal(signal.Signals[frame["signal"]])
    else:
        await _send_error(socket, "INVALID_FRAME", f"'signal' has to be one of {', '.join(SIGNALS)}")


def _replay_frame(offset: int, data: bytes) -> bytes:
    return bytes([REPLAY]) + offset.to_bytes(8, "big") + data


async def _send_json(socket: WebSocket, **members: object) -> None:
    await socket.send(json.dumps(members))


async def _send_error(socket: WebSocket, code: str, text: str) -> None:
    await _send_json(socket, type="error", code=code, error=text)
