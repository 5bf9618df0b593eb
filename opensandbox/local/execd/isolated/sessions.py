"""Isolated sessions: shells in namespaces of their own inside the sandbox, with chosen directories mounted."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opensandbox.local.execd.files.times import rfc3339
from opensandbox.local.execd.http.errors import (
    NOT_SUPPORTED,
    SERVICE_UNAVAILABLE,
    SESSION_NOT_FOUND,
    ExecdError,
    invalid,
    runtime_error,
)
from opensandbox.local.execd.http.members import MAX_INT64, flag, integer
from opensandbox.local.execd.http.messages import Request, Response, event_stream, json_response
from opensandbox.local.execd.isolated.bubblewrap import WRAPPER_DEPTH, Bubblewrap, probe
from opensandbox.local.execd.isolated.spec import WRITABLE_ROOTS, IsolatedSpec, parse_spec, run_variables
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.execution import Background, line_sink
from opensandbox.local.execd.run.run_log import RunLog
from opensandbox.local.execd.run.sessions import new_session_id
from opensandbox.local.execd.run.shell import PersistentShell, ShellGone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from opensandbox.local.execd.daemon import Daemon

CURSOR_HEADER = "EXECD-ISOLATED-TAIL-CURSOR"


@dataclass(slots=True)
class DetachedRun:
    """A background run; `outcome` becomes its exit code."""

    id: str
    log: RunLog
    outcome: asyncio.Future[int]
    started_at: int = field(default_factory=time.time_ns)
    finished_at: int | None = None

    def as_json(self, session_id: str) -> dict[str, object]:
        """Build the status answer."""
        status: dict[str, object] = {
            "session_id": session_id,
            "run_id": self.id,
            "running": self.finished_at is None,
            "started_at": rfc3339(self.started_at),
        }
        if self.finished_at is not None:
            if self.outcome.exception() is None:
                status["exit_code"] = self.outcome.result()
            else:
                status["error"] = "session terminated"
            status["finished_at"] = rfc3339(self.finished_at)
        return status


@dataclass(slots=True)
class IsolatedSession:
    """A session: its shell, its private directory and its background runs."""

    id: str
    spec: IsolatedSpec
    shell: PersistentShell
    directory: Path
    runs: dict[str, DetachedRun] = field(default_factory=dict)
    created_at: int = field(default_factory=time.time_ns)
    last_run_at: int = field(default_factory=time.time_ns)

    @property
    def idle_remaining(self) -> int | None:
        """Seconds until the session is cleaned up; None without a limit."""
        if not self.spec.idle_seconds:
            return None
        if self.shell.busy:
            return self.spec.idle_seconds
        idle = (time.time_ns() - self.last_run_at) / 1e9
        return max(0, math.ceil(self.spec.idle_seconds - idle))

    def root(self) -> str:
        """Return the root directory that the session sees; RUNTIME_ERROR once its shell has gone."""
        try:
            return f"/proc/{self.shell.pid}/root"
        except ShellGone as error:
            raise runtime_error(str(error)) from error

    def summary(self) -> dict[str, object]:
        """Build the short record."""
        record: dict[str, object] = {
            "status": "active" if self.shell.alive else "dead",
            "created_at": rfc3339(self.created_at),
            "last_run_at": rfc3339(self.last_run_at),
        }
        if self.idle_remaining is not None:
            record["idle_remaining_seconds"] = self.idle_remaining
        return record


class IsolatedRoutes:
    """The routes of isolated sessions, and the sessions."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._sessions: dict[str, IsolatedSession] = {}
        self._probe: asyncio.Task[Bubblewrap] | None = None
        self._background = Background()

    async def capabilities(self, request: Request) -> Response:
        """GET /v1/isolated/capabilities."""
        bubblewrap = await self._bubblewrap()
        answer: dict[str, object] = {
            "available": bubblewrap.available,
            "isolator": "bubblewrap",
            "version": bubblewrap.version,
            "setpriv_available": False,
            "userns_available": bubblewrap.available,
            "commit_supported": False,
            "diff_supported": False,
            "hardening": {
                "init_mode": "pid1" if os.getpid() == 1 else "none",
                "signal_shield": False,
                "cap_drop": _layer(bubblewrap.available, bubblewrap.reason),
                **{name: _layer(False, "not configured") for name in ("seccomp", "landlock", "ebpf")},
            },
        }
        if bubblewrap.reason:
            answer["message"] = bubblewrap.reason
        return json_response(answer)

    async def list(self, request: Request) -> Response:
        """GET /v1/isolated/sessions."""
        await self._required()
        sessions = [{"session_id": session.id, **session.summary()} for session in self._sessions.values()]
        return json_response({"sessions": sessions})

    async def create(self, request: Request) -> Response:
        """POST /v1/isolated/session."""
        bubblewrap = await self._required()
        environment = self._daemon.environment
        spec = parse_spec(await request.json_object(), (*WRITABLE_ROOTS, environment.directory))
        session_id = new_session_id()
        directory = self._daemon.private_directory("isolated") / session_id
        directory.mkdir(mode=0o700)
        shell = PersistentShell(
            wrapper=bubblewrap.command(spec, directory, self._daemon.directory), wrapper_depth=WRAPPER_DEPTH
        )
        try:
            await shell.start(spec.variables(environment.for_process()), "/")
        except BaseException as error:
            shutil.rmtree(directory, ignore_errors=True)
            if isinstance(error, (ShellGone, OSError)):
                raise runtime_error(f"the isolated session could not be started: {error}") from error
            raise
        session = IsolatedSession(session_id, spec, shell, directory)
        self._sessions[session.id] = session
        self._watch_idle(session)
        return json_response({"session_id": session.id, "created_at": rfc3339(session.created_at)}, 201)

    async def get(self, request: Request) -> Response:
        """GET /v1/isolated/session/{sessionId}."""
        session = await self.session(request)
        return json_response(session.summary() | session.spec.echo)

    async def delete(self, request: Request) -> Response:
        """DELETE /v1/isolated/session/{sessionId}."""
        await self._remove(await self.session(request))
        return Response()

    async def unsupported(self, request: Request) -> Response:
        """Commit and diff: reserved."""
        raise ExecdError(503, NOT_SUPPORTED, "not supported: isolated sessions have neither commit nor diff")

    async def run(self, request: Request) -> Response:
        """POST /v1/isolated/session/{sessionId}/run."""
        session = await self.session(request)
        body = await request.json_object()
        code = body.get("code")
        if not isinstance(code, str) or not code.strip() or "\0" in code:
            raise invalid("'code' has to be a text that is not empty and has no NUL bytes")
        variables = run_variables(body.get("envs"))
        timeout = integer(body, "timeout_seconds", least=0) or None
        session.last_run_at = time.time_ns()
        if flag(body, "background"):
            return await self._run_detached(session, code, variables)
        return event_stream(self._run(session, code, variables, timeout), by_line=True)

    async def run_status(self, request: Request) -> Response:
        """GET /v1/isolated/session/{sessionId}/runs/{runId}."""
        session, run = await self._run_of(request)
        return json_response(run.as_json(session.id))

    async def run_logs(self, request: Request) -> Response:
        """GET /v1/isolated/session/{sessionId}/runs/{runId}/logs."""
        _, run = await self._run_of(request)
        content, end = run.log.read(request.natural_query("cursor", 0, MAX_INT64))
        headers = [("Content-Type", "text/plain; charset=utf-8"), (CURSOR_HEADER, str(end))]
        return Response(200, content, headers)

    async def session(self, request: Request) -> IsolatedSession:
        """Return the session the path names; 404 `SESSION_NOT_FOUND`, 503 where there can be none."""
        await self._required()
        session = self._sessions.get(request.params["sessionId"])
        if session is None:
            raise ExecdError(
                404, SESSION_NOT_FOUND, f"isolated session {request.params['sessionId']} is unknown"
            )
        return session

    async def close(self) -> None:
        """End every session."""
        for session in list(self._sessions.values()):
            await self._remove(session)
        self._background.cancel()

    async def _run(
        self, session: IsolatedSession, code: str, variables: dict[str, str], timeout: int | None
    ) -> AsyncGenerator[bytes, None]:
        buffer = events.EventBuffer(pings=False)
        buffer.on_room.append(session.shell.resume_output)
        work = self._background.start(_foreground(session, code, variables, timeout, buffer))
        try:
            yield b""  # the head: a run may say nothing for a long time
            async for batch in buffer.batches():
                yield batch
        finally:
            buffer.abandon()
            work.cancel()  # interrupts the run of a client that left

    async def _run_detached(self, session: IsolatedSession, code: str, variables: dict[str, str]) -> Response:
        run_id = new_session_id()
        log = RunLog(session.directory / f"{run_id}.log")
        try:
            outcome = await session.shell.run_detached(code, str(log.pipe), variables)
        except BaseException as error:
            log.close()
            if isinstance(error, ShellGone):
                raise invalid(str(error)) from error
            raise
        run = session.runs[run_id] = DetachedRun(run_id, log, outcome)

        def finish(_: asyncio.Future[int]) -> None:
            log.finish()
            run.finished_at = session.last_run_at = time.time_ns()

        outcome.add_done_callback(finish)
        handle = {"session_id": session.id, "run_id": run_id, "started_at": rfc3339(run.started_at)}
        return json_response(handle, 202)

    async def _run_of(self, request: Request) -> tuple[IsolatedSession, DetachedRun]:
        session = await self.session(request)
        run = session.runs.get(request.params["runId"])
        if run is None:
            raise ExecdError(404, SESSION_NOT_FOUND, f"run {request.params['runId']} is unknown")
        return session, run

    async def _remove(self, session: IsolatedSession) -> None:
        self._sessions.pop(session.id, None)
        session.shell.kill()
        await session.shell.ended()
        for run in session.runs.values():
            run.log.close()
        await asyncio.to_thread(_remove_tree, session.directory)

    def _watch_idle(self, session: IsolatedSession) -> None:
        remaining = session.idle_remaining
        if remaining is None or session.id not in self._sessions:
            return
        if remaining == 0:
            self._background.start(self._remove(session))
        else:
            asyncio.get_running_loop().call_later(remaining, self._watch_idle, session)

    async def _bubblewrap(self) -> Bubblewrap:
        if self._probe is None:
            self._probe = asyncio.get_running_loop().create_task(probe())
        return await asyncio.shield(self._probe)

    async def _required(self) -> Bubblewrap:
        bubblewrap = await self._bubblewrap()
        if not bubblewrap.available:
            raise ExecdError(
                503, SERVICE_UNAVAILABLE, f"isolated sessions are not available: {bubblewrap.reason}"
            )
        return bubblewrap


async def _foreground(
    session: IsolatedSession,
    code: str,
    variables: dict[str, str],
    timeout: int | None,
    buffer: events.EventBuffer,
) -> None:
    try:
        exit_code = await session.shell.run(
            code, line_sink(buffer, "stdout"), lambda: buffer.full, env=variables, timeout=timeout
        )
    except ShellGone as error:
        buffer.put(events.error_event("RuntimeError", str(error), None, text=str(error)))
    except TimeoutError:
        message = f"the run was interrupted after the timeout of {timeout} s"
        buffer.put(events.error_event("RuntimeError", message, None, text=message))
    else:
        if exit_code == 0:
            buffer.put(events.complete_event())
        else:
            message = f"command exited with code {exit_code}"
            buffer.put(events.error_event("ExitError", str(exit_code), None, text=message))
    session.last_run_at = time.time_ns()
    buffer.end()


def _layer(active: bool, message: str) -> dict[str, str]:
    return {"state": "active"} if active else {"state": "disabled", "message": message}


def _remove_tree(directory: Path) -> None:
    # An overlay leaves a `work/work` behind that nobody may enter.
    for path in directory.glob("work*/work"):
        path.chmod(0o700)
    shutil.rmtree(directory, ignore_errors=True)
