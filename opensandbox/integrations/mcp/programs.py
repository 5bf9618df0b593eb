"""Tools for commands and code."""

from __future__ import annotations

import asyncio

from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

from opensandbox.integrations.mcp.tool import CHANGES, READS, RUNS, Toolset, reporting, tool
from opensandbox.models.executions import Execution

MAX_OUTPUT = 50_000
"""Characters of each stream that an agent gets: the beginning and the end."""


class Outcome(BaseModel):
    """The result of a command. `exit_code` is null while it runs in the background, -1 after a timeout or a signal."""

    sandbox_id: str
    execution_id: str | None
    exit_code: int | None
    timed_out: bool
    stdout: str
    stderr: str


class Logs(BaseModel):
    """Output of a background command; `cursor` continues it."""

    running: bool | None
    exit_code: int | None
    output: str
    cursor: int | None


class ProgramTools(Toolset):
    """Run commands and code."""

    @tool(RUNS)
    async def command_run(
        self,
        command: str,
        ctx: Context,
        sandbox_id: str | None = None,
        working_directory: str | None = None,
        env: dict[str, str] | None = None,
        timeout_seconds: float = 120,
        background: bool = False,
    ) -> Outcome:
        """Run shell text and return its output and exit code. Reports its output as progress.

        After timeout_seconds the command is killed, and its output so far is returned. With background it is only started, and
        has no time limit: command_logs reads its output, command_interrupt ends it. Of long output the beginning and the end
        are returned; redirect it to a file to keep all of it.
        """
        sandbox = await self.sandbox(sandbox_id)
        if background:
            started = await sandbox.commands.start(command, cwd=working_directory, env=env)
            execution = Execution(id=started.execution_id)
        else:
            execution = await sandbox.commands.run(
                command,
                cwd=working_directory,
                env=env,
                timeout=timeout_seconds,
                handlers=reporting(ctx),
                max_output=MAX_OUTPUT,
            )
        return Outcome(
            sandbox_id=sandbox.id,
            execution_id=execution.id,
            exit_code=execution.exit_code,
            timed_out=execution.timed_out,
            stdout=execution.stdout,
            stderr=execution.stderr,
        )

    @tool(READS)
    async def command_logs(
        self, execution_id: str, sandbox_id: str | None = None, cursor: int | None = None
    ) -> Logs:
        """Return the output of a background command since cursor, and whether it still runs."""
        commands = (await self.sandbox(sandbox_id)).commands
        # The status first: output that came before the end is then never missed.
        status = await commands.get_command_status(execution_id)
        logs = await commands.get_background_command_logs(execution_id, cursor)
        return Logs(
            running=status.running,
            exit_code=status.exit_code,
            output=logs.content[-MAX_OUTPUT:],
            cursor=logs.cursor,
        )

    @tool(CHANGES)
    async def command_interrupt(self, execution_id: str, sandbox_id: str | None = None) -> None:
        """End a background command."""
        await (await self.sandbox(sandbox_id)).commands.interrupt(execution_id)

    @tool(RUNS)
    async def code_run(
        self,
        code: str,
        ctx: Context,
        sandbox_id: str | None = None,
        language: str = "python",
        timeout_seconds: float = 120,
    ) -> list[str | Image]:
        """Run code in an interpreter that keeps its variables; returns what it prints, its last value, and pictures.

        After timeout_seconds the code is interrupted.
        """
        sandbox = await self.sandbox(sandbox_id)
        try:
            async with asyncio.timeout(timeout_seconds):
                execution = await sandbox.code.run(
                    code, language=language, handlers=reporting(ctx), max_output=MAX_OUTPUT
                )
        except TimeoutError:
            raise ToolError(
                f"interrupted after {timeout_seconds:g} s; the interpreter keeps its variables"
            ) from None
        if execution.error is not None:
            raise ToolError(
                "\n".join(filter(None, [execution.stdout, execution.stderr, execution.error.text]))
            )
        return _shown(execution)


def _shown(execution: Execution) -> list[str | Image]:
    shown: list[str | Image] = [text for text in (execution.stdout, execution.stderr) if text]
    for result in execution.result:
        shown += [
            Image(data=data, format=kind)
            for kind in ("png", "jpeg")
            if (data := getattr(result, kind)) is not None
        ] or [result.markdown or result.text or result.svg or ""]
    return shown
