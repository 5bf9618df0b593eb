"""Running commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, overload

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import builtins
    import io
    from collections.abc import Callable, Mapping
    from contextlib import AbstractAsyncContextManager
    from datetime import timedelta
    from pathlib import PurePosixPath

    from opensandbox._async.run.executions import BackgroundCommand, ExecutionStream
    from opensandbox._async.run.piped import PipedCommand
    from opensandbox._async.run.sessions import CommandSession
    from opensandbox.models import (
        CommandLogs,
        CommandStatus,
        Execution,
        ExecutionHandlers,
        RunCommandOpts,
    )
    from opensandbox.models.dicts import ExecutionHandlersDict, RunCommandOptsDict


class Commands(Protocol):
    """`sandbox.commands`: commands, and shells that keep their state between commands."""

    async def run(
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
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
        check: bool = False,
        max_output: int | None = None,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> Execution:
        """Run shell text, or a program with its arguments, and return what it did."""
        ...

    async def set_env(self, key: str, value: str) -> None:
        """Set a variable for every later command of the sandbox."""
        ...

    async def list(self) -> builtins.list[CommandStatus]:
        """Return the status of the commands that were started by this object, the latest first."""
        ...

    async def interrupt(self, execution_id: str) -> None:
        """End a running command."""
        ...

    async def get_command_status(self, execution_id: str) -> CommandStatus:
        """Return where a command stands."""
        ...

    async def get_background_command_logs(self, execution_id: str, cursor: int | None = None) -> CommandLogs:
        """Return the output of a background command, or what came after `cursor`."""
        ...

    async def create_session(self, *, working_directory: str | None = None) -> str:
        """Open a shell and return its id; it lives until it is deleted."""
        ...

    async def run_in_session(
        self,
        session_id: str,
        command: str,
        *,
        working_directory: str | None = None,
        timeout: timedelta | float | None = None,
        handlers: ExecutionHandlers | ExecutionHandlersDict | None = None,
        check: bool = False,
        max_output: int | None = None,
        idle_timeout: timedelta | float | None = None,
        request_timeout: timedelta | float | None = None,
    ) -> Execution:
        """Run shell text in an open shell; `timeout` is the command's own."""
        ...

    async def delete_session(self, session_id: str) -> None:
        """Close a shell."""
        ...

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
    ) -> ExecutionStream:
        """Return a context manager that runs a command and lets its events be pulled; see `ExecutionStream`."""
        ...

    @overload
    async def start(
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
    ) -> BackgroundCommand: ...

    @overload
    async def start(
        self,
        command: str | builtins.list[str],
        *,
        cwd: str | PurePosixPath | None = None,
        env: Mapping[str, str] | None = None,
        stdin: Literal[True],
        opts: RunCommandOpts | RunCommandOptsDict | None = None,
    ) -> PipedCommand: ...

    async def start(
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
    ) -> BackgroundCommand | PipedCommand:
        """Start a command in the background and return its handle, with `stdin=True` one to write to."""
        ...

    def attach(self, execution_id: str) -> BackgroundCommand:
        """Return the handle of a command that was started earlier, perhaps by another program. Nothing is sent."""
        ...

    def session(self, *, working_directory: str | None = None) -> AbstractAsyncContextManager[CommandSession]:
        """Create a shell session for a block, and end it with that."""
        ...


__getattr__ = public_names(__name__)
