# Generated from opensandbox/services/command.py by scripts/unasync.py. Do not edit.
"""Running commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, overload

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import builtins
    import io
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import timedelta
    from pathlib import PurePosixPath

    from opensandbox._sync.run.executions import BackgroundCommandSync, ExecutionStreamSync
    from opensandbox._sync.run.piped import PipedCommandSync
    from opensandbox._sync.run.sessions import CommandSessionSync
    from opensandbox.models import (
        CommandLogs,
        CommandStatus,
        Execution,
        ExecutionHandlersSync,
        RunCommandOpts,
    )
    from opensandbox.models.dicts import ExecutionHandlersSyncDict, RunCommandOptsDict


class CommandsSync(Protocol):
    """`sandbox.commands`: commands, and shells that keep their state between commands."""

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
        """Run shell text, or a program with its arguments, and return what it did."""
        ...

    def set_env(self, key: str, value: str) -> None:
        """Set a variable for every later command of the sandbox."""
        ...

    def list(self) -> builtins.list[CommandStatus]:
        """Return the status of the commands that were started by this object, the latest first."""
        ...

    def interrupt(self, execution_id: str) -> None:
        """End a running command."""
        ...

    def get_command_status(self, execution_id: str) -> CommandStatus:
        """Return where a command stands."""
        ...

    def get_background_command_logs(self, execution_id: str, cursor: int | None = None) -> CommandLogs:
        """Return the output of a background command, or what came after `cursor`."""
        ...

    def create_session(self, *, working_directory: str | None = None) -> str:
        """Open a shell and return its id; it lives until it is deleted."""
        ...

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
        """Run shell text in an open shell; `timeout` is the command's own."""
        ...

    def delete_session(self, session_id: str) -> None:
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
    ) -> ExecutionStreamSync:
        """Return a context manager that runs a command and lets its events be pulled; see `ExecutionStreamSync`."""
        ...

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
        """Start a command in the background and return its handle, with `stdin=True` one to write to."""
        ...

    def attach(self, execution_id: str) -> BackgroundCommandSync:
        """Return the handle of a command that was started earlier, perhaps by another program. Nothing is sent."""
        ...

    def session(self, *, working_directory: str | None = None) -> AbstractContextManager[CommandSessionSync]:
        """Create a shell session for a block, and end it with that."""
        ...


__getattr__ = public_names(__name__)
