"""Commands and code that run in a sandbox: how to run them, what comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from opensandbox.models.base import Answer, Model
from opensandbox.models.executions import (
    Execution,
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    ExecutionLogs,
    ExecutionResult,
    OutputMessage,
)
from opensandbox.models.handlers import AsyncOutputHandler, ExecutionHandlers

__all__ = [
    "AsyncOutputHandler",
    "CommandLogs",
    "CommandStatus",
    "Execution",
    "ExecutionComplete",
    "ExecutionError",
    "ExecutionHandlers",
    "ExecutionInit",
    "ExecutionLogs",
    "ExecutionResult",
    "OutputMessage",
    "RunCommandOpts",
]


class RunCommandOpts(Model):
    """How a command is run.

    `timeout` is the command's own: the daemon kills it afterwards (a `timedelta`, or seconds).
    `background` returns as soon as it has started. `uid` and `gid` (which needs a `uid`) run it as
    another user, `envs` is added to the environment.

        RunCommandOpts(working_directory="/workspace", timeout=timedelta(minutes=5), envs={"CI": "1"})
    """

    background: bool = False
    working_directory: str | None = None
    timeout: timedelta | None = None
    uid: Annotated[int, Field(ge=0)] | None = None
    gid: Annotated[int, Field(ge=0)] | None = None
    envs: dict[str, str] | None = None

    @model_validator(mode="after")
    def _gid_needs_uid(self) -> Self:
        if self.gid is not None and self.uid is None:
            raise ValueError(f"gid={self.gid} needs a uid: give both")
        return self


class CommandStatus(Answer):
    """Where a command stands; `running` and `exit_code` exclude each other."""

    id: str | None = None
    content: str | None = None
    running: bool | None = None
    exit_code: int | None = None
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class CommandLogs(Answer):
    """Output of a background command; pass `cursor` to the next call to get only what came after."""

    content: str
    cursor: int | None = None
