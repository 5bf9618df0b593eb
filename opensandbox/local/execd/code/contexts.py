"""Code contexts: a Python kernel or a shell that keeps its state between runs, and the streams of their runs."""

from __future__ import annotations

import asyncio
import codecs
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from opensandbox.local.execd.code.kernel import KernelGone, PythonKernel, has_ipykernel, sandbox_python
from opensandbox.local.execd.code.plain_kernel import PlainKernel
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
from opensandbox.local.execd.run.execution import Background
from opensandbox.local.execd.run.sessions import new_session_id
from opensandbox.local.execd.run.shell import PersistentShell, ShellGone

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from opensandbox.local.execd.daemon import Daemon

LANGUAGES = ("python", "bash")
DEFAULT_LANGUAGE = "python"


class Interpreter(Protocol):
    """What runs the code of a context."""

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Run code; False when a final event was put into the buffer already."""
        ...

    async def interrupt(self) -> None:
        """Stop what runs, keep the state."""
        ...

    async def stop(self) -> None:
        """End the interpreter."""
        ...


class BashInterpreter:
    """A shell as the interpreter of a context: variables, functions and directory persist."""

    def __init__(self, shell: PersistentShell) -> None:
        self._shell = shell

    @classmethod
    async def start(cls, env: dict[str, str], cwd: str) -> BashInterpreter:
        """Start the shell. RUNTIME_ERROR when that fails."""
        shell = PersistentShell()
        try:
            await shell.start(env, cwd)
        except (ShellGone, OSError) as error:
            raise runtime_error(str(error)) from error
        return cls(shell)

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Run code; its output, both streams in one, keeps its line ends."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode

        def take(data: bytes) -> None:
            if text := decode(data, final=not data):
                buffer.put(events.text_event("stdout", text))

        buffer.on_room.append(self._shell.resume_output)
        status = await self._shell.run(code, take, lambda: buffer.full)
        if status == 0:
            return True
        buffer.put(events.error_event("CommandExecError", str(status), [f"exit status {status}"]))
        return False

    async def interrupt(self) -> None:
        """Stop what runs, keep the state."""
        await self._shell.interrupt()

    async def stop(self) -> None:
        """End the shell."""
        self._shell.kill()
        await self._shell.ended()


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
        context_id, language = text(wanted, "id"), text(wanted, "language")
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
        language, cwd = text(body, "language") or DEFAULT_LANGUAGE, text(body, "cwd")
        directory = self._daemon.working_directory(cwd)
        return json_response((await self._create(language, directory, cwd)).as_json())

    async def list_contexts(self, request: Request) -> Response:
        """GET /code/contexts: of one language, or of all when none is given."""
        language = request.query("language")
        if language:
            _check_language(language)
        found = [
            context for context in self._contexts.values() if not language or context.language == language
        ]
        return json_response([context.as_json() for context in found])

    async def delete_contexts(self, request: Request) -> Response:
        """DELETE /code/contexts: every context of one language."""
        language = request.query("language")
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
        try:
            if await context.interpreter.run(code, buffer):
                buffer.put(events.complete_event(int((time.monotonic() - started) * 1000)))
        except (KernelGone, ShellGone) as error:
            buffer.put(events.error_event("KernelGone", str(error), [f"{error}; create a new context"]))
            await self._delete(context)
        finally:
            context.lock.release()
            buffer.end()

    async def _default(self, language: str) -> CodeContext:
        _check_language(language)
        task = self._defaults.get(language)
        if task is None or (task.done() and (task.exception() or task.result().id not in self._contexts)):
            directory = self._daemon.environment.directory
            task = asyncio.get_running_loop().create_task(self._create(language, directory, None))
            self._defaults[language] = task
        return await asyncio.shield(task)

    async def _create(self, language: str, directory: str, cwd: str | None) -> CodeContext:
        _check_language(language)
        start = start_python if language == "python" else BashInterpreter.start
        interpreter = await start(self._daemon.environment.for_process(), directory)
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


async def start_python(env: dict[str, str], cwd: str) -> Interpreter:
    """Start the Python that programs of the sandbox find: IPython's kernel where it is installed there, else ours."""
    python = sandbox_python(env)
    if python is None:
        raise runtime_error("there is no Python in this sandbox: neither python3 nor python is on its PATH")
    if await has_ipykernel(python, env, cwd):
        return await PythonKernel.start(python, env, cwd)
    return await PlainKernel.start(python, env, cwd)


def _check_language(language: str) -> None:
    if language not in LANGUAGES:
        raise invalid(f"the language {language!r} is not supported here: it can be {' or '.join(LANGUAGES)}")
