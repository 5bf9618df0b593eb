"""Shell sessions: every run is a fresh shell that starts from the directory and variables the last one ended with."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opensandbox.local.argument_limits import MAX_ARGUMENT, oversize
from opensandbox.local.execd.files.regular import read_regular
from opensandbox.local.execd.http.errors import CONTEXT_NOT_FOUND, ExecdError, invalid, runtime_error
from opensandbox.local.execd.http.members import integer, text
from opensandbox.local.execd.http.messages import Request, Response, event_stream, json_response
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.commands import shell_argv
from opensandbox.local.execd.run.execution import (
    Background,
    end_event,
    line_sink,
    start_failure_event,
    wait_for_end,
)
from opensandbox.local.execd.run.process import OutputPipe, Process, spawn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from opensandbox.local.execd.daemon import Daemon

DEFAULT_TIMEOUT = 24 * 3600.0
MAX_STATE = 16 << 20

# The text is evaluated, so that a syntax error in it does not cost what records the state. All on one line, which the shell has
# read when it begins: it counts lines as in the text, and bash loses the next line to a quote that the text leaves open.
# `set +x` in braces keeps a trace that the text switched on from showing what follows. The directory is asked of the shell,
# since the text may have changed or removed PWD; `command` passes over its functions.
_RUN = "; ".join(
    [
        "__execd_text=$1 __execd_state=$2",
        "shift 2",
        'eval "$__execd_text"',
        "{ __execd_code=$?; set +x; } 2>/dev/null",
        "{ command pwd"
        "; command printf '\\0'"
        '; [ -z "${OLDPWD+set}" ] || command printf \'OLDPWD=%s\\0\' "$OLDPWD"'
        '; /usr/bin/env -0; } >| "$__execd_state" 2>/dev/null',
        'exit "$__execd_code"',
    ]
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_KEPT = {"PS1", "PS2", "PS3", "PS4", "PROMPT_COMMAND", "_", "SHLVL", "PWD"}


@dataclass(slots=True)
class ShellSession:
    """What survives from run to run."""

    id: str
    directory: str
    variables: dict[str, str]
    running: set[Process] = field(default_factory=set)

    def kill(self) -> None:
        """Kill every run."""
        for process in self.running:
            process.signal_group(signal.SIGKILL)

    def take_state(self, recorded: bytes) -> None:
        """Adopt the directory and the exported variables a run ended with."""
        directory, *entries = recorded.decode("utf-8", "surrogateescape").split("\0")
        self.directory = directory.removesuffix("\n") or self.directory
        variables = {
            name: value
            for name, _, value in (entry.partition("=") for entry in entries)
            if _NAME.fullmatch(name) and name not in _NOT_KEPT
        }
        # Where they are too long for any program, `env` did not run either. What was kept before still runs.
        if variables.keys() - {"OLDPWD"} and not oversize(variables):
            self.variables = variables


class SessionRoutes:
    """The routes of shell sessions, and the sessions."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._sessions: dict[str, ShellSession] = {}
        self._background = Background()

    async def create(self, request: Request) -> Response:
        """POST /session."""
        body = await request.json_object(optional=True)
        environment = self._daemon.environment
        session = ShellSession(
            new_session_id(), self._start_directory(text(body, "cwd")), environment.for_process()
        )
        self._sessions[session.id] = session
        return json_response({"session_id": session.id})

    async def delete(self, request: Request) -> Response:
        """DELETE /session/{sessionId}."""
        if not await self.interrupt_by_id(request.params["sessionId"]):
            raise ExecdError(404, CONTEXT_NOT_FOUND, f"session {request.params['sessionId']} is unknown")
        return Response()

    async def interrupt_by_id(self, wanted: str) -> bool:
        """Close a session, for DELETE /command as well; False when there is none of that id."""
        session = self._sessions.pop(wanted, None)
        if session is None:
            return False
        session.kill()
        return True

    async def run(self, request: Request) -> Response:
        """POST /session/{sessionId}/run."""
        body = await request.json_object()
        session = self._sessions.get(request.params["sessionId"])
        if session is None:
            raise runtime_error(f"session {request.params['sessionId']} is unknown")
        command = body.get("command")
        if not isinstance(command, str) or not command.strip() or "\0" in command:
            raise invalid("'command' has to be a text that is not empty and has no NUL bytes")
        timeout = (integer(body, "timeout", least=0) or 0) / 1000 or DEFAULT_TIMEOUT
        given = text(body, "cwd")
        directory = self._daemon.working_directory(given) if given else session.directory
        return event_stream(self._run(session, command, directory, timeout), by_line=True)

    async def close(self) -> None:
        """Kill every run of every session."""
        for session in self._sessions.values():
            session.kill()
        self._background.cancel()

    async def _run(
        self, session: ShellSession, command: str, directory: str, timeout: float
    ) -> AsyncGenerator[bytes, None]:
        buffer = events.EventBuffer()
        buffer.put(events.text_event("init", session.id) + events.ping_event())
        state = self._daemon.private_directory("sessions") / os.urandom(16).hex()
        output = OutputPipe(line_sink(buffer, "stdout"), lambda: buffer.full)
        buffer.on_room.append(output.resume)
        process: Process | None = None
        try:
            process = spawn(
                (*shell_argv(_RUN), "sh", _as_argument(command, _script_of(state)), str(state)),
                env=session.variables,
                cwd=directory,
                stdout=output.write_end,
                stderr=output.write_end,
            )
        except OSError as error:
            output.discard()
            _script_of(state).unlink(missing_ok=True)
            buffer.put(start_failure_event(error))
            buffer.end()
        else:
            output.start()
            session.running.add(process)
            self._background.start(self._follow(session, process, timeout, buffer, output, state))
        try:
            async for batch in buffer.batches():
                yield batch
        finally:
            buffer.abandon()
            if process is not None:
                process.signal_group(signal.SIGKILL)  # only a client that left comes here before the end

    async def _follow(
        self,
        session: ShellSession,
        process: Process,
        timeout: float,
        buffer: events.EventBuffer,
        output: OutputPipe,
        state: Path,
    ) -> None:
        outcome = await wait_for_end(process, timeout)
        session.running.discard(process)
        output.finish()
        try:
            self._take_state(session, state)
        finally:
            buffer.put(end_event(outcome))
            buffer.end()

    def _take_state(self, session: ShellSession, state: Path) -> None:
        if recorded := read_regular(
            state, MAX_STATE
        ):  # a run that called `exit`, or was killed, has recorded nothing
            session.take_state(recorded)
        for file in (state, _script_of(state)):
            with contextlib.suppress(OSError):  # the run may have put a directory there
                file.unlink()

    def _start_directory(self, given: str | None) -> str:
        if given is None:
            return self._daemon.environment.directory
        try:
            path = self._daemon.environment.path_rules().resolve(given)
        except LookupError as error:
            raise invalid(f"'cwd' {given!r}: {error.args[0]}") from None
        os.makedirs(path, exist_ok=True)
        return path


def _as_argument(command: str, script: Path) -> str:
    """Return the text for the shell to evaluate; one that is too long for an argument goes by a file."""
    content = os.fsencode(command)
    if len(content) <= MAX_ARGUMENT:
        return command
    script.write_bytes(content)
    return f". {shlex.quote(str(script))}"


def _script_of(state: Path) -> Path:
    return state.with_suffix(".sh")


def new_session_id() -> str:
    """Return a random id in the form of a UUID."""
    from uuid import uuid4

    return str(uuid4())
