"""Code contexts: interpreters that keep their state between runs, and the streams of their runs."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opensandbox.local.execd.code import languages
from opensandbox.local.execd.code.kernel import KernelGone
from opensandbox.local.execd.http.errors import (
    CONTEXT_NOT_FOUND,
    RUNTIME_ERROR,
    ExecdError,
    invalid,
    missing_query,
    runtime_error,
)
from opensandbox.local.execd.http.members import members, text
from opensandbox.local.execd.http.messages import Request, Response, event_stream, json_response
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.execution import OUT_OF_MEMORY, Background, MemoryKills
from opensandbox.local.execd.run.sessions import new_session_id
from opensandbox.local.execd.run.shell import ShellGone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from opensandbox.local.execd.code.languages import Interpreter
    from opensandbox.local.execd.daemon import Daemon

DEFAULT_LANGUAGE = "python"


@dataclass(slots=True)
class CodeContext:
    """An interpreter with an id; `lock` is held while code runs."""

    id: str
    language: str
    cwd: str | None
    interpreter: Interpreter
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def as_json(self) -> dict[str, object]:
        """Build the record."""
        record: dict[str, object] = {"id": self.id, "language": self.language}
        return record if self.cwd is None else {**record, "cwd": self.cwd}


class CodeRoutes:
    """The code routes and the contexts."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._contexts: dict[str, CodeContext] = {}
        self._defaults: dict[str, asyncio.Task[CodeContext]] = {}
        self._background = Background()

    async def run(self, request: Request) -> Response:
        """POST /code: in the context given, in the default one of a language, or else as a shell command."""
        body = await request.json_object()
        code, wanted = text(body, "code"), members(body, "context") or {}
        if code is None or not code.strip():
            raise invalid("'code' has to be a text that is not empty")
        context_id, language = text(wanted, "id"), _lower(text(wanted, "language"))
        if context_id is None:
            if language is None or language == "command":
                answer: Response = await self._daemon.parts.commands.run_text(code)
                return answer
            context = await self._default(language)
        elif context_id in self._contexts:
            context = self._contexts[context_id]
        else:
            raise runtime_error(f"context {context_id} is unknown")
        return event_stream(self._run(context, code))

    async def interrupt(self, request: Request) -> Response:
        """DELETE /code: interrupting an idle context is fine."""
        wanted = request.required_query("id")
        if not await self.interrupt_by_id(wanted):
            raise runtime_error(f"context {wanted} is unknown")
        return Response()

    async def interrupt_by_id(self, wanted: str) -> bool:
        """Interrupt the run of a context, for DELETE /command as well; False when there is none of that id."""
        context = self._contexts.get(wanted)
        if context is None:
            return False
        if context.lock.locked():
            await context.interpreter.interrupt()
        return True

    async def create_context(self, request: Request) -> Response:
        """POST /code/context."""
        body = await request.json_object()
        language, cwd = _lower(text(body, "language")) or DEFAULT_LANGUAGE, text(body, "cwd")
        directory = self._daemon.working_directory(cwd)
        return json_response((await self._create(language, directory, cwd)).as_json())

    async def list_contexts(self, request: Request) -> Response:
        """GET /code/contexts: of one language, or of all when none is given."""
        language = _lower(request.query("language"))
        found = [
            context for context in self._contexts.values() if not language or context.language == language
        ]
        if language and not found:
            languages.check(language, self._daemon.environment.for_process())
        return json_response([context.as_json() for context in found])

    async def delete_contexts(self, request: Request) -> Response:
        """DELETE /code/contexts: every context of one language."""
        language = _lower(request.query("language"))
        if not language:
            raise missing_query("language")
        for context in list(self._contexts.values()):
            if context.language == language:
                await self._delete(context)
        return Response()

    async def get_context(self, request: Request) -> Response:
        """GET /code/contexts/{context_id}."""
        return json_response(self._context(request).as_json())

    async def delete_context(self, request: Request) -> Response:
        """DELETE /code/contexts/{context_id}."""
        await self._delete(self._context(request))
        return Response()

    async def close(self) -> None:
        """End every interpreter."""
        for context in list(self._contexts.values()):
            await self._delete(context)
        self._background.cancel()

    async def _run(self, context: CodeContext, code: str) -> AsyncGenerator[bytes, None]:
        buffer = events.EventBuffer()
        buffer.put(events.text_event("init", context.id) + events.ping_event())
        if context.lock.locked():
            buffer.put(events.late_failure(RUNTIME_ERROR, "error running code: session is busy"))
            buffer.end()
        else:
            await (
                context.lock.acquire()
            )  # not contended: taken here, so that a second run is refused from now on
            self._background.start(self._execute(context, code, buffer))
        try:
            async for batch in buffer.batches():
                yield batch
        finally:
            buffer.abandon()

    async def _execute(self, context: CodeContext, code: str, buffer: events.EventBuffer) -> None:
        started = time.monotonic()
        kills = MemoryKills()
        try:
            if await context.interpreter.run(code, buffer):
                buffer.put(events.complete_event(int((time.monotonic() - started) * 1000)))
        except (KernelGone, ShellGone) as error:
            told = f"{error}: {OUT_OF_MEMORY}" if kills.happened() else str(error)
            buffer.put(events.error_event("KernelGone", told, [f"{told}; create a new context"]))
            await self._delete(context)
        finally:
            context.lock.release()
            buffer.end()

    async def _default(self, language: str) -> CodeContext:
        task = self._defaults.get(language)
        if task is None or (task.done() and (task.exception() or task.result().id not in self._contexts)):
            directory = self._daemon.environment.directory
            task = asyncio.get_running_loop().create_task(self._create(language, directory, None))
            self._defaults[language] = task
        return await asyncio.shield(task)

    async def _create(self, language: str, directory: str, cwd: str | None) -> CodeContext:
        interpreter = await languages.start(language, self._daemon.environment.for_process(), directory)
        context = CodeContext(new_session_id(), language, cwd, interpreter)
        self._contexts[context.id] = context
        return context

    def _context(self, request: Request) -> CodeContext:
        context = self._contexts.get(request.params["context_id"])
        if context is None:
            raise ExecdError(404, CONTEXT_NOT_FOUND, f"context {request.params['context_id']} is unknown")
        return context

    async def _delete(self, context: CodeContext) -> None:
        if self._contexts.pop(context.id, None) is not None:
            await context.interpreter.stop()


def _lower(language: str | None) -> str | None:
    """`JavaScript` is `javascript`: one language has one default context, however it is written."""
    return None if language is None else language.lower()
