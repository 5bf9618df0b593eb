"""A shell as the interpreter of code."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from opensandbox.local.execd.http.errors import runtime_error
from opensandbox.local.execd.run import events
from opensandbox.local.execd.run.shell import PersistentShell, ShellGone

if TYPE_CHECKING:
    from collections.abc import Mapping


class BashInterpreter:
    """A shell as the interpreter of a context: variables, functions and directory persist."""

    def __init__(self, shell: PersistentShell) -> None:
        self._shell = shell

    @classmethod
    async def start(cls, env: Mapping[str, str], cwd: str) -> BashInterpreter:
        """Start the shell. RUNTIME_ERROR when that fails."""
        shell = PersistentShell()
        try:
            await shell.start(env, cwd)
        except (ShellGone, OSError) as error:
            raise runtime_error(str(error)) from error
        return cls(shell)

    async def run(self, code: str, buffer: events.EventBuffer) -> bool:
        """Run code; its output, both streams in one, keeps its line ends."""
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode

        def take(data: bytes) -> None:
            if text := decode(data, final=not data):
                buffer.put(events.text_event("stdout", text))

        buffer.on_room.append(self._shell.resume_output)
        status = await self._shell.run(code, take, lambda: buffer.full)
        if status == 0:
            return True
        buffer.put(events.error_event("CommandExecError", str(status), [f"exit status {status}"]))
        return False

    async def interrupt(self) -> None:
        """Stop what runs, keep the state."""
        await self._shell.interrupt()

    async def stop(self) -> None:
        """End the shell."""
        self._shell.kill()
        await self._shell.ended()
