"""A command with an open standard input; made by `commands.start(…, stdin=True)`."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Self

from opensandbox._concurrency.pairs import async_blocking_call, monotonic
from opensandbox._core import arguments
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run import piped
from opensandbox.exceptions import SandboxError, SandboxException, SandboxTimeoutException, TerminalException

if TYPE_CHECKING:
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._async.terminals.terminal import Terminal
    from opensandbox.models.terminals import TerminalOutput


@stays_here(CONNECT_THERE)
class PipedCommand:
    """A command that runs on pipes: it is fed with `write`, and its outputs are told apart.

    Iterating yields pieces of output (`data`, `is_error`) until the command has ended; then `exit_code` is set, -1
    after a signal. Leaving the block ends the command. Keep reading while it prints: the server disconnects a client
    that reads nothing for ten seconds (`IncompleteStreamException`). One task may write while another reads.

        async with await sandbox.commands.start(["sort", "-n"], stdin=True) as sort:
            await sort.write("10\\n9\\n")
            await sort.close_stdin()
            async for output in sort:
                print(output.data.decode(), end="")
            print(sort.exit_code)
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._closed = False
        self._deaf = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._terminal.session_id!r}, exit_code={self.exit_code})"

    @property
    def exit_code(self) -> int | None:
        """The exit status once all output has been read; -1 after a signal."""
        return self._terminal.exit_code

    async def write(self, data: str | bytes) -> None:
        """Pass input to the command; text is encoded as UTF-8. Waits while the command does not read.

        Example::

            await command.write("print(6 * 7)\\n")
        """
        if self._closed:
            raise SandboxException(
                "the standard input is closed: close_stdin() was called; start another command"
            )
        for frame in piped.frames(data):
            if self._deaf:
                raise TerminalException(
                    f"{self!r} has closed its standard input; read what it printed",
                    error=SandboxError(SandboxError.TERMINAL_INPUT_CLOSED),
                )
            await self._terminal.send(frame)

    async def feed(self, source: io.IOBase) -> None:
        """Pass on what a file, opened in binary or text mode, has from its position on; it may be of any size.

        Example::

            with open("dump.sql", "rb") as file:
                await command.feed(file)
        """
        arguments.instance("source", source, io.IOBase)
        file: Any = source
        while data := await async_blocking_call(file.read, piped.PIECE):
            await self.write(data)

    async def close_stdin(self) -> None:
        """End the input: the command reads to its end. May be called twice, and after the command has ended."""
        if self._closed or self._deaf:
            return
        self._closed = True
        try:
            await self._terminal.send(piped.CLOSE)
        except TerminalException as failure:
            if failure.error.code != SandboxError.TERMINAL_GONE:
                raise

    async def read(self, timeout: timedelta | float | None = None) -> TerminalOutput | None:
        """Return the next piece of output, `None` when there is no more.

        After `timeout` it raises `SandboxTimeoutException`; the next call continues. `IncompleteStreamException` is a
        lost connection.
        """
        limit = None if timeout is None else seconds("timeout", timeout)
        deadline = Deadline.after(limit, monotonic())
        while True:
            try:
                return await self._terminal.read(deadline.remaining(monotonic()))
            except SandboxTimeoutException as exc:
                raise SandboxTimeoutException(
                    f"{self!r} printed nothing for {limit:g} s; read again"
                ) from exc
            except TerminalException as failure:
                # The command does not read any more. That is its right, and what it prints goes on.
                if failure.error.code != SandboxError.TERMINAL_INPUT_CLOSED:
                    raise
                self._deaf = True

    async def wait(self, timeout: timedelta | float | None = None) -> int:
        """Return the exit status once the command has ended; output that was not read is dropped.

        After `timeout` `SandboxTimeoutException` is raised, and the command keeps running.
        """
        limit = None if timeout is None else seconds("timeout", timeout)
        deadline = Deadline.after(limit, monotonic())
        while True:
            try:
                if await self.read(deadline.remaining(monotonic())) is None:
                    break
            except SandboxTimeoutException as exc:
                raise SandboxTimeoutException(
                    f"{self!r} still runs after {limit:g} s; wait longer, or kill() it"
                ) from exc
        if self.exit_code is None:
            raise SandboxException(f"{self!r} was ended by kill(), so nobody knows its exit code")
        return self.exit_code

    async def signal(self, signal: str) -> None:
        """Send SIGINT, SIGTERM, SIGKILL, SIGQUIT or SIGHUP to the command and all that it started."""
        await self._terminal.signal(signal)

    async def kill(self) -> None:
        """End the command at once, with all that it started, and close the connection. May be called twice."""
        await self._terminal.close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TerminalOutput:
        output = await self.read()
        if output is None:
            raise StopAsyncIteration
        return output

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.kill()
