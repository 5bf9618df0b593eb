"""POST and DELETE /command, status and logs: foreground and background commands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opensandbox.local.argument_limits import oversize
from opensandbox.local.execd.files.regular import open_regular
from opensandbox.local.execd.files.times import rfc3339
from opensandbox.local.execd.http.errors import (
    INVALID_REQUEST,
    RUNTIME_ERROR,
    ExecdError,
    invalid,
    runtime_error,
)
from opensandbox.local.execd.http.members import MAX_INT32, flag, integer, members
from opensandbox.local.execd.http.messages import Request, Response, event_stream, json_response
from opensandbox.local.execd.run import events, growing, users
from opensandbox.local.execd.run.environment import Identity, command_identity
from opensandbox.local.execd.run.execution import (
    Background,
    Outcome,
    end_event,
    line_sink,
    start_failure,
    start_failure_event,
    wait_for_end,
)
from opensandbox.local.execd.run.process import OutputPipe, Process, spawn

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from opensandbox.local.execd.daemon import Daemon

CURSOR_HEADER = "EXECD-COMMANDS-TAIL-CURSOR"
_LOST = "[{} bytes of earlier output were not kept]\n"
RETENTION_SECONDS = 24 * 3600
CLEANUP_SECONDS = 3600
START_FAILED = 255


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A checked request to run a command."""

    argv: tuple[str, ...]
    text: str
    env: dict[str, str]
    cwd: str
    background: bool
    timeout: float | None  # seconds
    identity: Identity | None


@dataclass(slots=True)
class CommandRecord:
    """What is known about a command, while it runs and for a day after."""

    id: str
    text: str
    log: Path | None = None  # background only
    process: Process | None = None
    exit_code: int | None = None
    error: str = ""
    started_at: int = field(default_factory=time.time_ns)
    finished_at: int | None = None

    def finish(self, outcome: Outcome) -> None:
        """Record the end."""
        self.exit_code = outcome.exit_code
        self.error = outcome.error or (f"exit status {outcome.exit_code}" if outcome.exit_code else "")
        self.finished_at = time.time_ns()

    def as_json(self) -> dict[str, object]:
        """Build the status answer; what is not known yet is left out."""
        status: dict[str, object] = {"id": self.id, "content": self.text, "running": self.finished_at is None}
        if self.error:
            status["error"] = self.error
        status["started_at"] = rfc3339(self.started_at)
        if self.finished_at is not None:
            status["exit_code"] = self.exit_code
            status["finished_at"] = rfc3339(self.finished_at)
        return status


class CommandRoutes:
    """The command routes and the records behind them."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._records: dict[str, CommandRecord] = {}
        self._background = Background()
        self._next_cleanup = 0.0

    async def run(self, request: Request) -> Response:
        """POST /command."""
        return self._run(self._parse(await request.json_object()))

    async def run_text(self, text: str) -> Response:
        """Run shell text in the foreground, for POST /code without a context."""
        return self._run(self._parse({"command": text}))

    def _run(self, spec: CommandSpec) -> Response:
        self._forget_old()
        if spec.background:
            return event_stream(self._start_background(spec))
        return event_stream(self._run_foreground(spec), by_line=True)

    async def interrupt(self, request: Request) -> Response:
        """DELETE /command: a command, or the shell session or code context of that id."""
        wanted = request.required_query("id")
        record = self._records.get(wanted)
        if record is not None and record.process is not None and record.process.running:
            await record.process.interrupt()
            return Response()
        if record is None and await self._daemon.interrupt_elsewhere(wanted):
            return Response()
        raise runtime_error(f"command {wanted} is unknown or not running any more")

    async def status(self, request: Request) -> Response:
        """GET /command/status/{id}."""
        record = self._records.get(request.params["id"])
        if record is None:
            raise ExecdError(404, INVALID_REQUEST, f"command {request.params['id']} is unknown")
        return json_response(record.as_json())

    async def logs(self, request: Request) -> Response:
        """GET /command/{id}/logs: combined output from a byte position on; the last 64 MiB are kept, and a line says so."""
        record = self._records.get(request.params["id"])
        if record is None:
            raise invalid(f"command {request.params['id']} is unknown")
        if record.log is None:
            raise invalid(f"command {record.id} ran in the foreground and has no log")
        given = request.query("cursor") or "0"
        cursor = int(given) if re.fullmatch(r"[+-]?[0-9]{1,19}", given) else 0
        if cursor < 0:
            raise invalid(f"'cursor' is {cursor}, it has to be 0 or more")
        size = record.log.stat().st_size
        cursor = min(cursor, size)
        kept = max(cursor, size - growing.RETAINED)
        remark = _LOST.format(kept - cursor).encode() if kept > cursor else b""
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(remark) + size - kept)),
            (CURSOR_HEADER, str(size)),
        ]
        return Response(200, _read_range(record.log, kept, size, remark), headers)

    async def close(self) -> None:
        """Kill what still runs."""
        for record in self._records.values():
            if record.process is not None:
                record.process.signal_group(signal.SIGKILL)
        self._background.cancel()

    def _parse(self, body: dict[str, Any]) -> CommandSpec:
        argv, text = _program(body)
        timeout = integer(body, "timeout", least=0) or 0
        env = self._daemon.environment.for_process(string_map(body, "envs"))
        if problem := oversize(env, () if body.get("argv") is None else argv):
            raise invalid(problem)
        return CommandSpec(
            argv=argv,
            text=text,
            env=env,
            cwd=self._daemon.working_directory(body.get("cwd")),
            background=flag(body, "background"),
            timeout=timeout / 1000 if timeout else None,
            identity=command_identity(
                integer(body, "uid", least=0, most=MAX_INT32), integer(body, "gid", least=0, most=MAX_INT32)
            ),
        )

    async def _run_foreground(self, spec: CommandSpec) -> AsyncGenerator[bytes, None]:
        record = CommandRecord(os.urandom(16).hex(), spec.text)
        buffer = events.EventBuffer()
        buffer.put(events.text_event("init", record.id))
        out = OutputPipe(line_sink(buffer, "stdout"), lambda: buffer.full)
        err = OutputPipe(line_sink(buffer, "stderr"), lambda: buffer.full)
        try:
            process = record.process = _start(spec, out.write_end, err.write_end)
        except OSError as error:
            out.discard()
            err.discard()
            buffer.put(start_failure_event(error))
            buffer.end()
        else:
            buffer.put(events.ping_event())
            self._records[record.id] = record
            out.start()
            err.start()
            buffer.on_room += [out.resume, err.resume]
            self._background.start(self._follow_foreground(record, process, spec.timeout, buffer, (out, err)))
        try:
            async for batch in buffer.batches():
                yield batch
        finally:
            buffer.abandon()

    async def _follow_foreground(
        self,
        record: CommandRecord,
        process: Process,
        timeout: float | None,
        buffer: events.EventBuffer,
        pipes: tuple[OutputPipe, OutputPipe],
    ) -> None:
        outcome = await wait_for_end(process, timeout)
        for pipe in pipes:
            pipe.finish()
        record.finish(outcome)
        buffer.put(end_event(outcome))
        buffer.end()

    async def _start_background(self, spec: CommandSpec) -> AsyncGenerator[bytes, None]:
        record = CommandRecord(os.urandom(16).hex(), spec.text)
        record.log = self._daemon.private_directory("commands") / record.id
        self._records[record.id] = record
        opening = events.text_event("init", record.id)
        log = os.open(record.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            process = record.process = _start(spec, log, log)
        except OSError as error:
            record.finish(Outcome(START_FAILED, start_failure(error), 0))
            yield events.escape(opening + events.late_failure(RUNTIME_ERROR, record.error))
            return
        finally:
            os.close(log)
        self._daemon.outputs.watch(record.log, lambda: process.running)
        self._background.start(self._follow_background(record, process, spec.timeout))
        yield events.escape(opening + events.complete_event())

    async def _follow_background(
        self, record: CommandRecord, process: Process, timeout: float | None
    ) -> None:
        record.finish(await wait_for_end(process, timeout))

    def _forget_old(self) -> None:
        now = time.monotonic()
        if now < self._next_cleanup:
            return
        self._next_cleanup = now + CLEANUP_SECONDS
        oldest = time.time_ns() - RETENTION_SECONDS * 1_000_000_000
        for record in list(self._records.values()):
            if record.finished_at is not None and record.finished_at < oldest:
                del self._records[record.id]
                if record.log is not None:
                    record.log.unlink(missing_ok=True)


def shell_argv(text: str) -> tuple[str, ...]:
    """Return the program that runs shell text: bash, or sh where there is no bash."""
    return (shutil.which("bash") or "/bin/sh", "-c", text)


def string_map(body: dict[str, Any], name: str) -> dict[str, str]:
    """Read an optional map of strings; 400 when it is anything else."""
    value = members(body, name) or {}
    if not all(isinstance(item, str) for item in value.values()):
        raise invalid(f"'{name}' has to map names to strings")
    for key, item in value.items():
        if not key or "=" in key or "\0" in key + item:
            raise invalid(f"'{name}' has an unusable entry {key!r}: no '=' in names, no NUL bytes")
    return value


def _program(body: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    command, argv = body.get("command"), body.get("argv")
    if (command is None) == (argv is None):
        raise invalid("give exactly one of 'command' and 'argv'")
    if command is not None:
        if not isinstance(command, str) or not command or "\0" in command:
            raise invalid("'command' has to be a text that is not empty and has no NUL bytes")
        return shell_argv(command), command
    if not isinstance(argv, list) or not all(isinstance(item, str) and "\0" not in item for item in argv):
        raise invalid("'argv' has to be a list of texts without NUL bytes")
    if not argv or not argv[0]:
        raise invalid("'argv' has to begin with the program to run")
    return tuple(argv), shlex.join(argv)


def _start(spec: CommandSpec, stdout: int, stderr: int) -> Process:
    if spec.identity and (problem := users.missing(spec.identity.uid, spec.identity.gid)):
        raise OSError(problem)
    try:
        return spawn(
            spec.argv, env=spec.env, cwd=spec.cwd, stdout=stdout, stderr=stderr, identity=spec.identity
        )
    except (subprocess.SubprocessError, ValueError, OverflowError) as error:
        raise OSError(str(error)) from error


async def _read_range(path: Path, start: int, end: int, remark: bytes) -> AsyncGenerator[bytes, None]:
    if remark:
        yield remark
    with open_regular(path) as file:
        file.seek(start)
        while start < end and (piece := file.read(min(1 << 20, end - start))):
            start += len(piece)
            yield piece
