"""What runs: the stream of an execution in the foreground, the handle of a command in the background."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Self

from opensandbox._concurrency.pairs import async_sleep, monotonic
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run.commands import FIRST_PAUSE, next_pause
from opensandbox._core.run.events import EVENT_TYPES
from opensandbox.exceptions import SandboxException, SandboxTimeoutException

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import timedelta
    from types import TracebackType

    from opensandbox._async.run.commands import CommandsService
    from opensandbox._async.run.launching import Launch
    from opensandbox._async.run.runs import Runner
    from opensandbox._async.run.streams import ExecutionReader
    from opensandbox._core.run.events import Event
    from opensandbox.models.execd import CommandStatus, ExecutionComplete, ExecutionError


@stays_here(CONNECT_THERE)
class ExecutionStream:
    """The events of a command or of code, pulled one by one while it runs.

    Made by `commands.stream` and `code.stream`. Entering the block sends the request, and waits for the id by which leaving
    it before the end interrupts what runs; with `detach=True` that goes on. Output that was pulled is not kept.

        async with sandbox.commands.stream("make") as events:
            async for event in events:
                print(event)
        print(events.exit_code)
    """

    def __init__(
        self,
        runner: Runner,
        reader: Callable[[], ExecutionReader],
        *,
        detach: bool,
        launch: Launch | None = None,
    ) -> None:
        self._runner = runner
        self._make_reader = reader
        self._reader = reader()
        self._detach = detach
        self._launch = launch
        self._entered = False
        self._waiting: list[Event] = []  # the next one last

    @property
    def execution_id(self) -> str | None:
        """The server's id of the execution, once its first event has come."""
        return self._reader.execution.id

    @property
    def exit_code(self) -> int | None:
        """The exit status, once the stream has ended; `None` where the server gave no number."""
        return self._reader.recorder.finish().exit_code

    @property
    def complete(self) -> ExecutionComplete | None:
        """The event that ended a successful run."""
        return self._reader.execution.complete

    @property
    def error(self) -> ExecutionError | None:
        """The event that told a failure."""
        return self._reader.execution.error

    async def __aenter__(self) -> Self:
        if self._entered:
            raise SandboxException("a stream is used once: each run is a call of stream()")
        self._entered = True
        try:
            if self._launch is not None:
                await self._launch.prepare()
                self._reader = self._make_reader()
            await self._runner.begin(self._reader, detach=self._detach)
        except BaseException:
            await self._clean_up(started=False)
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._runner.leave(self._reader, detach=self._detach)
        finally:
            await self._clean_up(started=True)

    async def _clean_up(self, *, started: bool) -> None:
        if self._launch is not None:
            await self._launch.clean_up(started=started)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while not self._waiting:
            if not self._entered:
                raise SandboxException("enter the stream first: `async with commands.stream(…) as events:`")
            events = await self._reader.read()
            if not events:
                raise StopAsyncIteration
            self._waiting = [event for event in reversed(events) if isinstance(event, EVENT_TYPES)]
        return self._waiting.pop()


@stays_here(CONNECT_THERE)
class BackgroundCommand:
    """A command that runs on its own; made by `commands.start` and `commands.attach`.

    The handle holds nothing but the id: it may be dropped, and there may be several for one command.

        server = await sandbox.commands.start("python -m http.server 8000")
        async for text in server.logs():
            print(text, end="")
        status = await server.wait(timeout=60)
    """

    def __init__(self, commands: CommandsService, execution_id: str) -> None:
        self._commands = commands
        self._id = execution_id

    @property
    def execution_id(self) -> str:
        """The id under which the server knows the command."""
        return self._id

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._id!r})"

    async def status(self) -> CommandStatus:
        """Return where the command stands."""
        return await self._commands.get_command_status(self._id)

    async def interrupt(self) -> None:
        """Ask the command to end, and kill it when it does not. `SandboxApiException` when it has ended already."""
        await self._commands.interrupt(self._id)

    async def wait(self, timeout: timedelta | float | None = None) -> CommandStatus:
        """Return the status once the command has ended, with its exit code.

        After `timeout` (a `timedelta` or seconds; `None` waits without limit) `SandboxTimeoutException` is raised and
        the command goes on.
        """
        budget = None if timeout is None else seconds("timeout", timeout)
        deadline = Deadline.after(budget, monotonic())
        pause = FIRST_PAUSE
        while True:
            status = await self.status()
            if status.running is False:
                return status
            now = monotonic()
            if deadline.passed(now):
                raise SandboxTimeoutException(
                    f"command {self._id} still runs after {budget:g} s; wait longer, or interrupt() it"
                )
            await async_sleep(deadline.clip(pause, now))
            pause = next_pause(pause)

    async def logs(self, *, cursor: int | None = None, follow: bool = True) -> AsyncIterator[str]:
        """Yield standard output and standard error as they come, until the command has ended and all was read.

        `cursor` goes on where an earlier answer of `get_background_command_logs` left off. With `follow=False` only
        what is there now is read. Only commands that were started in the background have logs.
        """
        decoder = getincrementaldecoder("utf-8")("replace")
        known = 0
        pause = FIRST_PAUSE
        while True:
            # Asked for before the logs: what it wrote last is then certainly among them.
            running = follow and (await self.status()).running is not False
            content, following = await self._commands._raw_logs(self._id, cursor)
            if following is None:
                # A server that tells no position sends everything since the last one it told.
                fresh, known = content[known:], len(content)
            else:
                fresh, known, cursor = content, 0, following
            text = decoder.decode(fresh)
            if text:
                yield text
            if fresh:
                pause = FIRST_PAUSE
                if following is not None:
                    continue
            if not running:
                break
            await async_sleep(pause)
            pause = next_pause(pause)
        rest = decoder.decode(b"", final=True)
        if rest:
            yield rest
