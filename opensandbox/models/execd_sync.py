"""The blocking side of `execd`: handlers that are plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opensandbox.models.base import Model
from opensandbox.models.execd import (
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionResult,
    OutputMessage,
)

SyncOutputHandler = Callable[[Any], None]
"""Called with one event of a running command, before the next one is read."""


class ExecutionHandlersSync(Model):
    """Functions that are called for each event, in the order of the stream.

    What a handler raises ends the call; the remote command goes on. With `skip_accumulation` output is
    handed over but not kept, for commands that print without end.

        sandbox.commands.run("make", handlers=ExecutionHandlersSync(on_stdout=lambda m: print(m.text)))
    """

    on_stdout: Callable[[OutputMessage], None] | None = None
    on_stderr: Callable[[OutputMessage], None] | None = None
    on_result: Callable[[ExecutionResult], None] | None = None
    on_execution_complete: Callable[[ExecutionComplete], None] | None = None
    on_error: Callable[[ExecutionError], None] | None = None
    on_init: Callable[[ExecutionInit], None] | None = None
    skip_accumulation: bool = False
