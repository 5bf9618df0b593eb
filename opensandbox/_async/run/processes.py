"""`sandbox.processes`: what runs inside, and signals to it, by what `/proc` tells there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.published.attributes import OfSandbox
from opensandbox._core.run import processes as decide
from opensandbox.exceptions import CommandFailedException, SandboxException

if TYPE_CHECKING:
    import builtins
    from collections.abc import Awaitable, Callable

    from opensandbox.models.execd import Execution
    from opensandbox.models.processes import ProcessInfo


class ProcessesService(OfSandbox):
    """The processes of one sandbox. Commands read `/proc` and send signals, so this works on every server.

    Example::

        for process in await sandbox.processes.list():
            print(process.pid, process.user, process.memory, process.command)
    """

    __slots__ = ("_run",)

    def __init__(self, run: Callable[[str], Awaitable[Execution]]) -> None:
        self._run = run

    async def list(self) -> builtins.list[ProcessInfo]:
        """Return all processes, by id. The command that looks is among them."""
        return decide.listed(await self._done(decide.LIST))

    async def signal(self, pid: int, signal: str | int = "TERM") -> None:
        """Send a signal to a process; `CommandFailedException` when there is none, or it belongs to somebody else.

        Example::

            await sandbox.processes.signal(pid, "HUP")
        """
        await self._done(f"kill -s {decide.signal_name(signal)} {decide.process_id(pid)}")

    async def kill(self, pid: int, *, tree: bool = False) -> None:
        """End a process at once, with `tree` also all that it started; one that is gone is no error.

        Example::

            await sandbox.processes.kill(server_pid, tree=True)
        """
        wanted = [decide.process_id(pid)]
        if tree:
            wanted = decide.below(await self.list(), pid)
        # Parents first, so that none starts a child anew.
        await self._done("".join(f"kill -s KILL {number} 2>/dev/null; " for number in wanted) + "true")

    async def _done(self, script: str) -> str:
        execution = await self._run(script)
        if execution.exit_code is None:
            raise SandboxException(f"the processes could not be looked at: {execution}")
        if not execution.ok:
            raise CommandFailedException(
                f"{script!r} failed in the sandbox: {execution.stderr.strip()}", execution=execution
            )
        return execution.stdout
