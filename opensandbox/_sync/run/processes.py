# Generated from opensandbox/_async/run/processes.py by scripts/unasync.py. Do not edit.
"""`sandbox.processes`: what runs inside, and signals to it, by what `/proc` tells there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.run import processes as decide
from opensandbox._sync.published.attributes import OfSandbox
from opensandbox.exceptions import CommandFailedException, SandboxException

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable

    from opensandbox.models.execd import Execution
    from opensandbox.models.processes import ProcessInfo


class ProcessesService(OfSandbox):
    """The processes of one sandbox. Commands read `/proc` and send signals, so this works on every server.

    Example::

        for process in sandbox.processes.list():
            print(process.pid, process.user, process.memory, process.command)
    """

    __slots__ = ("_run",)

    def __init__(self, run: Callable[[str], Execution]) -> None:
        self._run = run

    def list(self) -> builtins.list[ProcessInfo]:
        """Return all processes, by id. The command that looks is among them."""
        return decide.listed(self._done(decide.LIST))

    def signal(self, pid: int, signal: str | int = "TERM") -> None:
        """Send a signal to a process; `CommandFailedException` when there is none, or it belongs to somebody else.

        Example::

            sandbox.processes.signal(pid, "HUP")
        """
        self._done(f"kill -s {decide.signal_name(signal)} {decide.process_id(pid)}")

    def kill(self, pid: int, *, tree: bool = False) -> None:
        """End a process at once, with `tree` also all that it started; one that is gone is no error.

        Example::

            sandbox.processes.kill(server_pid, tree=True)
        """
        wanted = [decide.process_id(pid)]
        if tree:
            wanted = decide.below(self.list(), pid)
        # Parents first, so that none starts a child anew.
        self._done("".join(f"kill -s KILL {number} 2>/dev/null; " for number in wanted) + "true")

    def _done(self, script: str) -> str:
        execution = self._run(script)
        if execution.exit_code is None:
            raise SandboxException(f"the processes could not be looked at: {execution}")
        if not execution.ok:
            raise CommandFailedException(
                f"{script!r} failed in the sandbox: {execution.stderr.strip()}", execution=execution
            )
        return execution.stdout
