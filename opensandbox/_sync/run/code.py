# Generated from opensandbox/_async/run/code.py by scripts/unasync.py. Do not edit.
"""`sandbox.code`: run code in interpreters that keep their state, and manage these interpreters."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opensandbox._concurrency.background import finish_or_undo
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core import arguments
from opensandbox._core.convert import code as convert
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run.busy import REFUSAL, comment
from opensandbox._core.run.commands import INTERRUPT_LIMIT, stream_limit
from opensandbox._core.run.executions import ExecutionRecorder, failed_code
from opensandbox._sync.published.attributes import OfSandbox
from opensandbox._sync.run.executions import ExecutionStreamSync
from opensandbox._sync.run.runs import Runner, idle_limit
from opensandbox._sync.run.streams import ExecutionReader, handlers_of, recorder_for
from opensandbox.exceptions import (
    ExecutionAbortedException,
    SandboxException,
    SandboxTimeoutException,
    StreamTimeoutException,
)

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterator
    from datetime import timedelta

    from opensandbox._sync.calls.http import Connection
    from opensandbox.models import ExecutionHandlersSync
    from opensandbox.models.code import CodeContext
    from opensandbox.models.dicts import CodeContextDict, ExecutionHandlersSyncDict
    from opensandbox.models.execd import Execution

logger = logging.getLogger("opensandbox.code")


@stays_here(CONNECT_THERE)
class CodeService(OfSandbox):
    """Code in the interpreters of one sandbox.

    An interpreter keeps its variables from run to run; `contexts` creates, lists and deletes interpreters.

        execution = sandbox.code.run("import math; math.pi")
        print(execution.result[0].text)
    """

    __slots__ = ("_connection", "_runner", "contexts")

    def __init__(self, connection: Callable[[], Connection]) -> None:
        self._connection = connection
        self._runner = Runner(self._interrupt)
        self.contexts = CodeContexts(connection, self.run)

    def run(
        self,
        code: str,
        *,
        context: CodeContext | CodeContextDict | None = None,
        language: str | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
        check: bool = False,
        max_output: int | None = None,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> Execution:
        """Run code and return its output and, in `result`, the value of its last expression in every form it has.

        It runs in `context`, else in a context that the server keeps for each `language` (default: Python). Failing
        code raises `CodeFailedException` only with `check`. A context runs one piece of code at a time: a second run
        raises `ExecutionAbortedException` if the context stays busy for two seconds. `max_output` keeps that many
        characters of standard output and of standard error, the head and the tail of each.

        `request_timeout` limits the whole call, `idle_timeout` the time without any event or keep-alive; both raise
        `StreamTimeoutException`. The code keeps running after them, after an exception in a handler (which is passed
        on), and after a broken connection (`IncompleteStreamException`); its later output is lost. Cancelling the call
        interrupts the code.

            execution = sandbox.code.run("total = 6 * 7\\ntotal", check=True)
        """
        handling = handlers_of(handlers)
        recorder = recorder_for(handling, max_output)
        reader = self._reader(code, context, language, recorder, idle_timeout, request_timeout)
        execution = self._runner.finish(reader, handling, detach=False)
        if check and execution.error is not None:
            raise failed_code(execution)
        return execution

    def stream(
        self,
        code: str,
        *,
        context: CodeContext | CodeContextDict | None = None,
        language: str | None = None,
        detach: bool = False,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> ExecutionStreamSync:
        """Return a context manager that runs code and iterates over its events; see `ExecutionStreamSync`.

        With `detach=True` the code keeps running when the block is left early. The other arguments are those of `run`.

            with sandbox.code.stream("for n in range(3): print(n)") as events:
                for event in events:
                    print(event)
        """
        recorder = ExecutionRecorder(keep_output=False)
        reader = self._reader(code, context, language, recorder, idle_timeout, request_timeout)
        return ExecutionStreamSync(self._runner, lambda: reader, detach=detach)

    def interrupt(self, context: CodeContext | str) -> None:
        """Interrupt the code in a context (or in the context of that id); its variables stay. Does nothing if it is
        idle."""
        self._interrupt(_context_id(context), None)

    @contextmanager
    def context(self, language: str = "python", *, cwd: str | None = None) -> Iterator[CodeContext]:
        """Start an interpreter for a block, and end it with the block.

        A failure to end it is only logged.

            with sandbox.code.context("python", cwd="/workspace") as python:
                sandbox.code.run("import model", context=python)
        """
        context = finish_or_undo(lambda: self.contexts.create(language, cwd=cwd), self._drop, INTERRUPT_LIMIT)
        try:
            yield context
        finally:
            finish_or_undo(lambda: self._drop(context), None, INTERRUPT_LIMIT)

    def _reader(
        self,
        code: str,
        context: object,
        language: str | None,
        recorder: ExecutionRecorder,
        idle_timeout: timedelta | float | None,
        request_timeout: timedelta | float | None,
    ) -> ExecutionReader:
        from opensandbox_api.execd.api.code_interpreting import run_code

        body = convert.run_request(code, context, language)
        # What the first event will tell, so that a run can be interrupted before that comes.
        recorder.execution.id = convert.context_id(body)
        return ExecutionReader(
            self._connection,
            run_code.request_of(body=body),
            recorder,
            limit=stream_limit(None, request_timeout),
            idle_timeout=idle_limit(idle_timeout),
            to_the_end=True,
            all_formats=True,
        )

    def _interrupt(self, context_id: str, deadline: Deadline | None) -> None:
        from opensandbox_api.execd.api.code_interpreting import interrupt_code

        connection = self._connection()
        with connection.exchange(deadline=deadline) as client:
            interrupt_code.sync_detailed(id=context_id, client=client)

    def _drop(self, context: CodeContext) -> None:
        try:
            self.contexts.delete(context)
        except SandboxException as failure:
            logger.warning("context %s could not be ended: %s", context.id, failure)


@stays_here(CONNECT_THERE)
class CodeContexts(OfSandbox):
    """The interpreters of one sandbox; `sandbox.code.contexts`.

    Delete those that you no longer need: each is a process, which otherwise ends with the sandbox.

        python = sandbox.code.contexts.create("python")
        sandbox.code.run("x = 1", context=python)
        sandbox.code.contexts.delete(python)
    """

    __slots__ = ("_connection", "_run")

    def __init__(
        self,
        connection: Callable[[], Connection],
        run: Callable[..., Execution],
    ) -> None:
        self._connection = connection
        self._run = run

    def create(self, language: str = "python", *, cwd: str | None = None) -> CodeContext:
        """Start an interpreter in the directory `cwd`. It ends with `delete` or with the sandbox."""
        from opensandbox_api.execd.api.code_interpreting import create_code_context

        body = convert.create_request(language, cwd)
        connection = self._connection()
        with connection.exchange() as client:
            answer = create_code_context.sync_detailed(client=client, body=body)
            return convert.context(answer.result())

    def list(self, language: str | None = None) -> builtins.list[CodeContext]:
        """Return the contexts of one language, or all of them."""
        from opensandbox_api.execd.api.code_interpreting import list_contexts

        wanted = "" if language is None else convert.language(language)
        connection = self._connection()
        with connection.exchange() as client:
            answer = list_contexts.sync_detailed(client=client, language=wanted)
            return convert.contexts(answer.result())

    def get(self, context_id: str) -> CodeContext:
        """Return a context by its id; raises `SandboxNotFoundException` if there is none."""
        from opensandbox_api.execd.api.code_interpreting import get_context

        arguments.identifier("context_id", context_id)
        connection = self._connection()
        with connection.exchange() as client:
            answer = get_context.sync_detailed(context_id, client=client)
            return convert.context(answer.result())

    def wait(self, context: CodeContext | str, timeout: timedelta | float | None = None) -> None:
        """Wait until the code in a context has ended, as after a call that timed out.

        It runs a comment there as soon as the server accepts that, so the context counts one run more. After `timeout` (a
        `timedelta` or seconds; `None`: no limit) it raises `SandboxTimeoutException`; `code.interrupt(context)` stops the code.

            sandbox.code.contexts.wait(context, timeout=60)
        """
        budget = None if timeout is None else seconds("timeout", timeout, positive=True)
        deadline = Deadline.after(budget, monotonic())
        known = self.get(context) if isinstance(context, str) else context
        _context_id(known)
        while True:
            try:
                self._run(
                    comment(known.language), context=known, request_timeout=deadline.remaining(monotonic())
                )
            except ExecutionAbortedException as failure:
                if REFUSAL not in str(failure):
                    raise
                problem: SandboxException = failure
            except (SandboxTimeoutException, StreamTimeoutException) as failure:
                if not deadline.passed(monotonic()):  # that of the connection, not of this call
                    raise
                problem = failure
            else:
                return
            if deadline.passed(monotonic()):
                raise SandboxTimeoutException(
                    f"context {known.id} is still busy after {budget:g} s; wait longer, or stop it with code.interrupt(context)"
                ) from problem

    def delete(self, context: CodeContext | str) -> None:
        """End an interpreter, also while it runs code; raises `SandboxNotFoundException` if it is already gone."""
        from opensandbox_api.execd.api.code_interpreting import delete_context

        context_id = _context_id(context)
        connection = self._connection()
        with connection.exchange() as client:
            delete_context.sync_detailed(context_id, client=client)

    def delete_all(self, language: str) -> None:
        """End every interpreter of a language, if there is any."""
        from opensandbox_api.execd.api.code_interpreting import delete_contexts_by_language

        wanted = convert.language(language)
        connection = self._connection()
        with connection.exchange() as client:
            delete_contexts_by_language.sync_detailed(client=client, language=wanted)


def _context_id(context: CodeContext | str) -> str:
    return arguments.identifier(
        "context", context if isinstance(context, str) else getattr(context, "id", context)
    )
