# Generated from opensandbox/services/command.py by scripts/unasync.py. Do not edit.
"""Running commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox.models import (
        CommandLogs,
        CommandStatus,
        Execution,
        ExecutionHandlersSync,
        RunCommandOpts,
    )


class CommandsSync(Protocol):
    """`sandbox.commands`: commands, and shells that keep their state between commands."""

    def run(
        self,
        command: str | list[str],
        *,
        opts: RunCommandOpts | None = None,
        handlers: ExecutionHandlersSync | None = None,
    ) -> Execution:
        """Run shell text, or a program with its arguments, and return what it did."""
        ...

    def set_env(self, key: str, value: str) -> None:
        """Set a variable for every later command of the sandbox."""
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
        timeout: timedelta | None = None,
        handlers: ExecutionHandlersSync | None = None,
    ) -> Execution:
        """Run shell text in an open shell; `timeout` is the command's own."""
        ...

    def delete_session(self, session_id: str) -> None:
        """Close a shell."""
        ...


__getattr__ = public_names(__name__)
