# Generated from opensandbox/_async/run/commands.py by scripts/unasync.py. Do not edit.
"""`sandbox.commands`: run, stream, start and manage commands; shell sessions."""

from __future__ import annotations

import logging
import secrets
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, overload

from opensandbox._concurrency.background import finish_or_undo
from opensandbox._concurrency.pairs import gather_bounded
from opensandbox._core import arguments, guesses
from opensandbox._core.convert import commands as convert
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.run import piped
from opensandbox._core.run.commands import (
    INTERRUPT_LIMIT,
    compare_variable,
    persist_variable,
    stream_limit,
)
from opensandbox._core.run.executions import ExecutionRecorder, failed_command, session_timeout, settled
from opensandbox._core.run.options import input_of, options_of
from opensandbox._sync.published.attributes import ServiceAttributes
from opensandbox._sync.run.callbacks import with_callbacks
from opensandbox._sync.run.executions import BackgroundCommandSync, ExecutionStreamSync
from opensandbox._sync.run.launching import Launch
from opensandbox._sync.run.runs import Runner, idle_limit
from opensandbox._sync.run.sessions import CommandSessionSync
from opensandbox._sync.run.streams import ExecutionReader, handlers_of, recorder_for
from opensandbox.exceptions import (
    IncompleteStreamException,
    InvalidArgumentException,
    SandboxException,
    SandboxNotFoundException,
)

if TYPE_CHECKING:
    import builtins
    import io
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta
    from pathlib import PurePosixPath

    import httpx

    from opensandbox._core.deadlines import Deadline
    from opensandbox._core.run.options import User
    from opensandbox._sync.calls.http import Connection
    from opensandbox._sync.files.service import FilesService
    from opensandbox._sync.run.piped import PipedCommandSync
    from opensandbox.models import ExecutionHandlersSync
    from opensandbox.models.dicts import ExecutionHandlersSyncDict, RunCommandOptsDict
    from opensandbox.models.execd import CommandLogs, CommandStatus, Execution, RunCommandOpts

logger = logging.getLogger("opensandbox.commands")

REMEMBERED: Final = 1000
"""How many ids of commands are kept for `list`."""

AT_ONCE: Final = 8
"""How many of them are asked about at a time."""


@stays_here(CONNECT_THERE)
class CommandsService(ServiceAttributes):
    """Commands and shell sessions of one sandbox.

    It holds no connection: each call looks up the daemon by `connection`.

        execution = sandbox.commands.run("python --version")
        print(execution.text, execution.exit_code)
    """

    __slots__ = ("_begun", "_connection", "_files", "_runner")

    def __init__(
        self,
        connection: Callable[[], Connection],
        client: Callable[[], httpx.Client] | None = None,
        *,
        files: Callable[[], FilesService] | None = None,
    ) -> None:
        super().__init__(client)
        self._begun: deque[str] = deque(maxlen=REMEMBERED)
        self._files = files
        self._connection = connection
        self._runner = Runner(self._interrupt)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            guesses.missing(self, name, guesses.COMMANDS)

    def run(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        timeout: timedelta | float | None = None,
        user: str | int | None = None,
        input: str | bytes | io.IOBase | None = None,
        on_stdout: Callable[[str], object] | None = None,
        on_stderr: Callable[[str], object] | None = None,
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
        check: bool = False,
        max_output: int | None = None,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> Execution:
        """Run a command and return it with its output and exit code; in the background, return once it has started.

        A string is for a shell; a list is a program and its arguments, without a shell. A failing command raises only
        with `check`: `CommandFailedException`, after its timeout `CommandTimedOutException`, after a signal
        `CommandKilledException`. `max_output` keeps that many characters of standard output and of standard error, the
        head and the tail of each.

        `cwd`, `env`, `timeout` and `user` are short forms of fields of `opts`. `user` is a name, an id or
        `"name:group"`; names are looked up in the sandbox first. `input` is the command's standard input: it is
        uploaded to a file in the sandbox's /tmp, which is deleted once the command has opened it. `on_stdout` and
        `on_stderr` get the text of each line without its end, or of the part of it that has arrived, before the next
        one is read.

        `timeout` limits the command: the daemon kills it afterwards. `request_timeout` limits the whole call (default:
        ten seconds more than `timeout`), `idle_timeout` the time without any event or keep-alive; both raise
        `StreamTimeoutException`. The command keeps running after them, after an exception in a handler (which is
        passed on), and after a broken connection (`IncompleteStreamException`, whose `resume()` gets the outcome).
        Cancelling the call interrupts the command.

            execution = sandbox.commands.run(["ls", "-l"], cwd="/workspace", check=True)
        """
        options, who = options_of(opts, cwd=cwd, env=env, timeout=timeout, user=user)
        handling = with_callbacks(handlers, on_stdout=on_stdout, on_stderr=on_stderr)
        launch = self._launch(command, options, who, input)
        recorder = recorder_for(handling, max_output, background=options.background, timeout=options.timeout)

        def reader() -> ExecutionReader:
            return self._reader(launch.command, launch.options, recorder, idle_timeout, request_timeout)

        reader()  # made before anything is sent, for the sake of its checks
        started = False
        try:
            launch.prepare()
            execution = self._runner.finish(reader(), handling, detach=options.background)
            started = True
        finally:
            launch.clean_up(started=started)
        if check and execution.error is not None:
            raise failed_command(command, execution)
        return execution

    def stream(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        timeout: timedelta | float | None = None,
        user: str | int | None = None,
        input: str | bytes | io.IOBase | None = None,
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
        detach: bool = False,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> ExecutionStreamSync:
        """Return a context manager that runs a command and iterates over its events; see `ExecutionStreamSync`.

        With `detach=True` the command keeps running when the block is left early. The other arguments are those of
        `run`.

            with sandbox.commands.stream("make") as events:
                for event in events:
                    print(event)
        """
        options, who = options_of(opts, cwd=cwd, env=env, timeout=timeout, user=user)
        if options.background:
            raise InvalidArgumentException(
                "opts.background has no events to pull; use commands.start() instead"
            )
        recorder = ExecutionRecorder(keep_output=False)
        launch = self._launch(command, options, who, input)

        def reader() -> ExecutionReader:
            return self._reader(launch.command, launch.options, recorder, idle_timeout, request_timeout)

        return ExecutionStreamSync(self._runner, reader, detach=detach, launch=launch)

    @overload
    def start(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        timeout: timedelta | float | None = None,
        user: str | int | None = None,
        input: str | bytes | io.IOBase | None = None,
        stdin: Literal[False] = False,
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
    ) -> BackgroundCommandSync: ...

    @overload
    def start(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        stdin: Literal[True],
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
    ) -> PipedCommandSync: ...

    def start(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        timeout: timedelta | float | None = None,
        user: str | int | None = None,
        input: str | bytes | io.IOBase | None = None,
        stdin: bool = False,
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
    ) -> BackgroundCommandSync | PipedCommandSync:
        """Start a command in the background and return its handle; `CommandFailedException` if it does not start.

        The command does not need the handle or the sandbox object: it runs until it or the sandbox ends. The arguments
        are those of `run`.

        With `stdin=True` the command is connected to this program by pipes, and a `PipedCommandSync` is returned: it takes
        input while the command runs, and ends it at the end of its block. That needs the extra `pty`, and `mkfifo` and
        `dd` in the sandbox; `timeout` and `user` are refused, because the daemon has none for it.

            server = sandbox.commands.start("python -m http.server 8000", cwd="/workspace")
        """
        given, who = options_of(opts, cwd=cwd, env=env, timeout=timeout, user=user)
        if piped.wants_stdin(stdin):
            return self._start_piped(command, given, who, input)
        launch = self._launch(command, given.model_copy(update={"background": True}), who, input)
        recorder = ExecutionRecorder(keep_output=False, background=True)
        started = False
        try:
            self._reader(command, launch.options, recorder, None, None)  # for its checks
            launch.prepare()
            reader = self._reader(launch.command, launch.options, recorder, None, None)
            execution = self._runner.finish(reader, None, detach=False)
            started = execution.error is None
        finally:
            launch.clean_up(started=started)
        if execution.error is not None:
            raise failed_command(command, execution)
        if execution.id is None:
            raise IncompleteStreamException(
                "the command was started, but the server told no id", execution=execution
            )
        return BackgroundCommandSync(self, execution.id)

    def attach(self, execution_id: str) -> BackgroundCommandSync:
        """Return the handle of a command that was started earlier, perhaps by another program. Sends no request."""
        return BackgroundCommandSync(self, arguments.identifier("execution_id", execution_id))

    def list(self) -> builtins.list[CommandStatus]:
        """Return the status of the commands that were started by this object, running ones and ended ones, the latest first.

        No daemon lists the commands of other programs: `sandbox.processes.list()` has all processes. The last thousand
        commands are known, and a daemon forgets ended ones after a day.

            for command in sandbox.commands.list():
                print(command.id, command.running, command.exit_code, command.content)
        """

        def look_up(execution_id: str) -> CommandStatus | None:
            try:
                return self.get_command_status(execution_id)
            except SandboxNotFoundException:
                return None

        found = gather_bounded(look_up, reversed(self._begun), AT_ONCE)
        return [status for status in found if status is not None]

    def interrupt(self, execution_id: str) -> None:
        """Ask a command to end, and kill it if it does not. Raises if it has already ended."""
        arguments.identifier("execution_id", execution_id)
        self._interrupt(execution_id, None)

    def get_command_status(self, execution_id: str) -> CommandStatus:
        """Return the status of a command that was run in the foreground or in the background."""
        from opensandbox_api.execd.api.command import get_command_status

        arguments.identifier("execution_id", execution_id)
        connection = self._connection()
        with connection.exchange() as client:
            answer = get_command_status.sync_detailed(execution_id, client=client)
            return convert.status(answer.result())

    def get_background_command_logs(self, execution_id: str, cursor: int | None = None) -> CommandLogs:
        """Return the output of a background command, standard error included, from `cursor` on.

        A character that was not written completely yet is shown as U+FFFD; `attach(execution_id).logs()` waits for
        the rest of it.
        """
        content, following = self._raw_logs(execution_id, cursor)
        return convert.logs(content, following)

    def set_env(self, key: str, value: str) -> None:
        """Set a variable for all commands that start from now on; `SandboxException` when they do not see it so."""
        execution = self.run(persist_variable(key, value))
        if execution.error is not None:
            raise SandboxException(f"the variable {key} could not be set: {str(execution).strip()}")
        if (self.run(compare_variable(key, value))).exit_code != 0:
            raise SandboxException(
                f"the variable {key} was set, but commands do not see this value; pass it with opts={{'envs': …}} instead"
            )

    def create_session(self, *, working_directory: str | None = None) -> str:
        """Create a shell session and return its id; `delete_session` ends it. `session` does both."""
        from opensandbox_api.execd.api.command import create_session

        body = convert.create_session_request(working_directory)
        connection = self._connection()
        with connection.exchange() as client:
            answer = create_session.sync_detailed(client=client, body=body)
            return convert.session_id(answer.result())

    def run_in_session(
        self,
        session_id: str,
        command: str,
        *,
        working_directory: str | None = None,
        timeout: timedelta | float | None = None,
        handlers: ExecutionHandlersSync | ExecutionHandlersSyncDict | None = None,
        check: bool = False,
        max_output: int | None = None,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> Execution:
        """Run shell text in a session; directory and exported variables last until its next run.

        The output of both kinds comes as standard output. `timeout` is the command's time: a run that takes longer has exit
        code -1. Some daemons tell that when its last process has ended, so the call waits for as long as they give signs of life.
        When the call is cancelled or the connection breaks the server kills the run; the session stays. The rest is as in `run`.
        """
        from opensandbox_api.execd.api.command import run_in_session

        arguments.identifier("session_id", session_id)
        handling = handlers_of(handlers)
        body = convert.run_in_session_request(command, working_directory, timeout)
        reader = ExecutionReader(
            self._connection,
            run_in_session.request_of(session_id, body=body),
            recorder_for(handling, max_output, timeout=timeout),
            limit=None if request_timeout is None else stream_limit(timeout, request_timeout),
            idle_timeout=idle_limit(idle_timeout)
            if idle_timeout is not None
            else stream_limit(timeout, None),
            outcome_of=session_timeout,
        )
        # The id that such a stream tells is the session's: interrupting that would end the session.
        execution = self._runner.finish(reader, handling, detach=True)
        if check and execution.error is not None:
            raise failed_command(command, execution)
        return execution

    def delete_session(self, session_id: str) -> None:
        """End a shell session."""
        from opensandbox_api.execd.api.command import delete_session

        arguments.identifier("session_id", session_id)
        connection = self._connection()
        with connection.exchange() as client:
            delete_session.sync_detailed(session_id, client=client)

    @contextmanager
    def session(self, *, working_directory: str | None = None) -> Iterator[CommandSessionSync]:
        """Create a shell session for a block, and end it with that.

        That it could not be ended is only logged.

            with sandbox.commands.session(working_directory="/workspace") as shell:
                shell.run("make")
        """
        session_id = finish_or_undo(
            lambda: self.create_session(working_directory=working_directory),
            self._drop_session,
            INTERRUPT_LIMIT,
        )
        try:
            yield CommandSessionSync(self, session_id)
        finally:
            finish_or_undo(lambda: self._drop_session(session_id), None, INTERRUPT_LIMIT)

    def _start_piped(
        self, command: str | builtins.list[str], options: RunCommandOpts, who: User, input: object
    ) -> PipedCommandSync:
        from opensandbox._sync.run.piped import PipedCommandSync
        from opensandbox._sync.terminals.pty import PtyService

        if input is not None:
            raise InvalidArgumentException(
                "input and stdin=True exclude each other: pass all of the input, or write() it later"
            )
        script = piped.script(command, options, who, secrets.token_hex(8))
        terminal = PtyService(self._connection).open(script, cwd=options.working_directory, pty=False)
        return PipedCommandSync(terminal)

    def _launch(self, command: object, options: RunCommandOpts, who: User, input: object) -> Launch:
        return Launch(
            lambda script: self.run(script), self._input_files, command, options, who, input_of(input)
        )

    def _input_files(self) -> FilesService:
        if self._files is not None:
            return self._files()
        from opensandbox._sync.files.service import FilesService

        return FilesService(self._connection)

    def _reader(
        self,
        command: object,
        options: RunCommandOpts,
        recorder: ExecutionRecorder,
        idle_timeout: timedelta | float | None,
        request_timeout: timedelta | float | None,
    ) -> ExecutionReader:
        from opensandbox_api.execd.api.command import run_command

        recorder.begun = self._begun.append
        return ExecutionReader(
            self._connection,
            run_command.request_of(body=convert.run_request(command, options)),
            recorder,
            limit=stream_limit(None if options.background else options.timeout, request_timeout),
            idle_timeout=idle_limit(idle_timeout),
            background=options.background,
            resume=self._resume,
        )

    def _interrupt(self, execution_id: str, deadline: Deadline | None) -> None:
        from opensandbox_api.execd.api.command import interrupt_command

        connection = self._connection()
        with connection.exchange(deadline=deadline) as client:
            interrupt_command.sync_detailed(id=execution_id, client=client)

    def _raw_logs(self, execution_id: str, cursor: int | None) -> tuple[bytes, int | None]:
        """Return a piece of the logs as it came, and the position after it."""
        from opensandbox_api.execd.api.command import get_background_command_logs

        arguments.identifier("execution_id", execution_id)
        position = convert.cursor_query(cursor)
        connection = self._connection()
        with connection.exchange() as client:
            answer = get_background_command_logs.sync_detailed(execution_id, client=client, cursor=position)
            return answer.content, convert.next_cursor(answer.headers)

    def _resume(self, execution: Execution, timeout: timedelta | float | None) -> Execution:
        """Return an execution whose stream was lost, once it has ended."""
        assert execution.id is not None
        return settled(execution, self.attach(execution.id).wait(timeout))

    def _drop_session(self, session_id: str) -> None:
        try:
            self.delete_session(session_id)
        except SandboxException as failure:
            logger.warning("session %s could not be ended: %s", session_id, failure)
