"""A shell whose directory and exported variables last from one command to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.copies import CONNECT_THERE, stays_here

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox._async.run.commands import CommandsService
    from opensandbox.models import ExecutionHandlers
    from opensandbox.models.dicts import ExecutionHandlersDict
    from opensandbox.models.execd import Execution


@stays_here(CONNECT_THERE)
class CommandSession:
    """A shell session; made by `commands.session`, which ends it with its block.

    Runs of one session follow each other: of two at the same time, the later to end decides what lasts.

        async with sandbox.commands.session(working_directory="/workspace") as shell:
            await shell.run("export MODE=fast; cd src")
            execution = await shell.run("echo $MODE in $PWD")
    """

    def __init__(self, commands: CommandsService, session_id: str) -> None:
        self._commands = commands
        self._id = session_id

    @property
    def session_id(self) -> str:
        """The id under which the server knows the session."""
        return self._id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._id!r})"

    async def run(
        self,
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
        """Run shell text in the session; see `commands.run_in_session`."""
        return await self._commands.run_in_session(
            self._id,
            command,
            working_directory=working_directory,
            timeout=timeout,
            handlers=handlers,
            check=check,
            max_output=max_output,
            idle_timeout=idle_timeout,
            request_timeout=request_timeout,
        )
