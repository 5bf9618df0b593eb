"""The control socket: how the server outside starts the main process, asks about it, and reaches ports inside.

A client sends one JSON line and gets one back: `{"op":"start","entrypoint":[...],"env":{...}}` (a program that cannot be started
has ended with exit code 127 or 126, as in a shell), `{"op":"status"}`,
`{"op":"wait"}` (answered when the main process has ended), `{"op":"hook","command":[...],"timeout":60}` (answered when
that program has), `{"op":"listen","port":18079}` (answered together with the
listening socket itself, for the server to accept on), or `{"op":"connect","port":8000}`, after whose answer the socket
carries the TCP stream, half-closing included.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from typing import TYPE_CHECKING, Any

from opensandbox.local.execd.run import users
from opensandbox.local.execd.run.process import Process, spawn
from opensandbox.local.execd.sandbox import undumpable
from opensandbox.local.execd.sandbox.hooks import run_hook

if TYPE_CHECKING:
    from opensandbox.local.execd.daemon import Daemon
    from opensandbox.local.execd.run.execution import MemoryKills

# The usual main program only waits. No process does that here: it could be ended together with those of the user.
IDLE_PROGRAM = ["tail", "-f", "/dev/null"]
COPY_SIZE = 64 << 10
MAX_LINE = 4 << 20


class Control:
    """Serves the control socket and owns the main process of the sandbox."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._main: Process | None = None
        self._prints = False
        self._out_of_memory = False
        self._idles = False
        # Why the main process could not be started, and the exit code that a shell would give it.
        self._unstarted: dict[str, Any] | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection."""
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            answer, upstream = await self._answer(await reader.readline())
            line = json.dumps(answer).encode() + b"\n"
            if isinstance(upstream, socket.socket):
                _hand_over(upstream, line, writer)
                return
            writer.write(line)
            await writer.drain()
            if upstream is not None:
                await _join((reader, writer), upstream)
        except (ConnectionError, ValueError, asyncio.CancelledError):
            pass  # the other side left, or the daemon ends
        finally:
            writer.close()

    async def close(self) -> None:
        """End the main process and every connection."""
        if self._main is not None:
            self._main.signal_group(signal.SIGKILL)
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _answer(self, line: bytes) -> tuple[dict[str, Any], _Stream | socket.socket | None]:
        try:
            request = json.loads(line)
            operation = request["op"]
            if operation == "start":
                return await self._start(request), None
            if operation == "hook":
                return {"ok": True, **await self._hook(request)}, None
            if operation == "status":
                return {"ok": True, "entrypoint": self._status()}, None
            if operation == "wait":
                return await self._wait(), None
            if operation == "connect":
                return {"ok": True}, await _dial(int(request["port"]))
            if operation == "listen":
                return {"ok": True}, self._listen(int(request["port"]))
            return {"ok": False, "error": f"unknown operation {operation!r}"}, None
        except OSError as error:
            return {"ok": False, "error": f"{error.strerror or error}"}, None
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
            return {"ok": False, "error": f"not a control request: {error!r}"}, None

    async def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._status().get("started", True):
            return {"ok": False, "error": "the entrypoint has been started already"}
        entrypoint = request["entrypoint"]
        if not isinstance(entrypoint, list) or not entrypoint:
            return {"ok": False, "error": "'entrypoint' has to be a list that begins with a program"}
        users.explain(request.get("one_user"))
        if os.getpid() == 1:
            # A forked daemon is so from here on: before, the server looks at it, and after, programs of the user's run.
            undumpable.become()
        if certificates := request.get("trust"):
            from opensandbox.local.execd.sandbox.egress import trust

            self._daemon.environment.update(trust(certificates, self._daemon.directory / "trust"))
        self._daemon.environment.update(request.get("env") or {})
        for directory in request.get("directories") or ():
            os.makedirs(directory, exist_ok=True)
        if directory := request.get("directory"):
            os.makedirs(directory, exist_ok=True)
            self._daemon.environment.directory = directory
        if hook := request.get("pre_start"):
            outcome = await self._hook(hook)
            if outcome.get("exit_code") != 0:
                problem = outcome.get("problem") or f"exit status {outcome['exit_code']}"
                return {"ok": False, "error": f"the preStart hook failed: {problem}"}
        if entrypoint == IDLE_PROGRAM:
            self._idles = True
        else:
            self._spawn(entrypoint)
        return {"ok": True, **self._status()}

    def _spawn(self, entrypoint: list[str]) -> None:
        from opensandbox.local.execd.run.execution import MemoryKills

        log = self._open_log()
        kills = MemoryKills()
        environment = self._daemon.environment
        try:
            self._main = spawn(
                entrypoint,
                env=environment.for_process(),
                cwd=environment.directory,
                stdout=log,
                stderr=log,
            )
        except OSError as error:
            problem = f"{entrypoint[0]}: {error.strerror or error}"
            code = 127 if isinstance(error, FileNotFoundError) else 126
            self._unstarted = {"running": False, "exit_code": code, "problem": problem}
            os.write(log, problem.encode("utf-8", "surrogateescape") + b"\n")
        else:
            self._main.exited.add_done_callback(lambda exited: self._on_end(exited.result(), kills))
        finally:
            os.close(log)

    def _on_end(self, code: int, kills: MemoryKills) -> None:
        self._out_of_memory = code in (-signal.SIGKILL, 128 + signal.SIGKILL) and kills.happened()

    async def _hook(self, request: dict[str, Any]) -> dict[str, Any]:
        log = self._open_log()
        environment = self._daemon.environment
        try:
            return await run_hook(request, env=environment.for_process(), cwd=environment.directory, log=log)
        finally:
            os.close(log)

    def _open_log(self) -> int:
        """What the main process and the hooks print goes to one file."""
        path = self._daemon.directory / "entrypoint.log"
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        if not self._prints:
            self._prints = True
            self._daemon.outputs.watch(path, lambda: True)
        return log

    def _listen(self, port: int) -> socket.socket:
        from opensandbox.local.execd.sandbox.egress import listen, proxy_variables

        self._daemon.environment.update(proxy_variables(port))
        return listen(port)

    async def _wait(self) -> dict[str, Any]:
        if self._unstarted is not None:
            return {"ok": True, "entrypoint": self._unstarted}
        if self._idles:
            await asyncio.Event().wait()  # until the daemon ends
        if self._main is None:
            return {"ok": False, "error": "the entrypoint has not been started"}
        await asyncio.shield(self._main.exited)
        return {"ok": True, "entrypoint": self._status()}

    def _status(self) -> dict[str, Any]:
        if self._unstarted is not None:
            return self._unstarted
        if self._idles:
            return {"running": True, "pid": os.getpid()}
        if self._main is None:
            return {"running": False, "started": False}
        if self._main.running:
            return {"running": True, "pid": self._main.pid}
        code = self._main.exited.result()
        end: dict[str, Any] = {"running": False, "exit_code": code}
        if code < 0:
            end = {"running": False, "exit_code": -1, "signal": -code}
        return {**end, "out_of_memory": True} if self._out_of_memory else end


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _hand_over(listener: socket.socket, line: bytes, writer: asyncio.StreamWriter) -> None:
    """Answer with a socket; it stays open as long as the receiver keeps it."""
    with listener, writer.get_extra_info("socket").dup() as connection:
        socket.send_fds(connection, [line], [listener.fileno()])


async def _dial(port: int) -> _Stream:
    try:
        return await asyncio.open_connection("127.0.0.1", port, limit=COPY_SIZE)
    except OSError as refused:
        try:
            return await asyncio.open_connection("::1", port, limit=COPY_SIZE)
        except OSError:
            raise refused from None


async def _join(near: _Stream, far: _Stream) -> None:
    copies = [
        asyncio.create_task(_copy(near[0], far[1])),
        asyncio.create_task(_copy(far[0], near[1])),
    ]
    try:
        await asyncio.gather(*copies)
    finally:
        for copy in copies:
            copy.cancel()
        far[1].close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(COPY_SIZE):
        target.write(data)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()
