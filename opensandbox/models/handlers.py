"""Functions of a caller that get the events of a running command, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from opensandbox.models.base import Model
from opensandbox.models.executions import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)

AsyncOutputHandler = Callable[[Any], Awaitable[None]]
"""Called with one event of a running command, before the next one is read."""


class ExecutionHandlers(Model):
    """What is called for each event, in the order of the stream, before the next one is read.

    What a handler raises ends the call; the remote command goes on. With `skip_accumulation` output is
    handed over but not kept, for commands that print without end.

        async def show(message: OutputMessage) -> None:
            print(message.text)

        await sandbox.commands.run("make", handlers=ExecutionHandlers(on_stdout=show))
    """

    on_stdout: Callable[[OutputMessage], Awaitable[None]] | None = None
    on_stderr: Callable[[OutputMessage], Awaitable[None]] | None = None
    on_result: Callable[[ExecutionResult], Awaitable[None]] | None = None
    on_execution_complete: Callable[[ExecutionComplete], Awaitable[None]] | None = None
    on_error: Callable[[ExecutionError], Awaitable[None]] | None = None
    on_init: Callable[[ExecutionInit], Awaitable[None]] | None = None
    skip_accumulation: bool = False
