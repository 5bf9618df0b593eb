"""One run of a command or of code, from its request to its end. If the caller gives it up, it is stopped on the
server."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from opensandbox._async.run.streams import follow
from opensandbox._concurrency.background import async_finish_or_undo
from opensandbox._concurrency.pairs import async_with_deadline, monotonic
from opensandbox._core.deadlines import Deadline, seconds
from opensandbox._core.run.commands import INTERRUPT_LIMIT, START_LIMIT
from opensandbox.exceptions import SandboxApiException, SandboxException

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox._async.run.streams import ExecutionReader
    from opensandbox.models import ExecutionHandlers
    from opensandbox.models.execd import Execution

Interrupt = Callable[[str, Deadline | None], Awaitable[None]]
"""Stops an execution, given its id and the time that this may take."""

logger = logging.getLogger("opensandbox.runs")


class Runner:
    """Drives streams of executions, and knows how to stop those of one service."""

    __slots__ = ("_interrupt",)

    def __init__(self, interrupt: Interrupt) -> None:
        self._interrupt = interrupt

    async def finish(
        self, reader: ExecutionReader, handlers: ExecutionHandlers | None, *, detach: bool
    ) -> Execution:
        """Drive a stream from its request to its end and return the execution."""
        await self.begin(reader, detach=detach)
        try:
            execution = await follow(reader, handlers)
            await reader.close()
        except Exception:
            await reader.close()
            raise
        except BaseException:
            await self.leave(reader, detach=detach)
            raise
        return execution

    async def begin(self, reader: ExecutionReader, *, detach: bool) -> None:
        """Send the request, and wait until the id is known. If the caller gives up meanwhile, the run is stopped
        unless it is detached.
        """
        if detach:
            await reader.open()
            return
        reader.given_up = lambda: self.leave(reader, detach=False)

        async def start() -> None:
            try:
                await reader.open()
                if reader.execution.id is None:
                    await reader.look_ahead()
            except Exception:
                await reader.close()
                raise
            except BaseException:
                await self.leave(reader, detach=False)
                raise

        async def undo(_: None) -> None:
            # Whether it was refused is told with the first event, for which there is time: nobody waits.
            with suppress(TimeoutError):
                async with async_with_deadline(INTERRUPT_LIMIT):
                    await reader.look_ahead()
            await self.leave(reader, detach=False)

        await async_finish_or_undo(
            start, undo, INTERRUPT_LIMIT, brief=not reader.background, patience=START_LIMIT
        )

    async def leave(self, reader: ExecutionReader, *, detach: bool) -> None:
        """Close a stream before its end, and stop the run unless it has ended, or its stream was lost and it may be
        resumed."""
        try:
            if not detach and (reader.background or not reader.is_over):
                # A caller who is cancelled once more does not keep it from being stopped.
                await async_finish_or_undo(lambda: self._stop(reader), None, INTERRUPT_LIMIT)
        finally:
            await reader.close()

    async def _stop(self, reader: ExecutionReader) -> None:
        # A context may be shared: who was refused there must not interrupt what somebody else runs.
        if await reader.was_refused():
            return
        execution_id = reader.execution.id
        if execution_id is None:
            logger.warning("an execution was left before it told its id; it may still run")
            return
        try:
            await self._interrupt(execution_id, Deadline.after(INTERRUPT_LIMIT, monotonic()))
        except SandboxApiException as failure:
            logger.debug("execution %s was not interrupted: %s", execution_id, failure)
        except SandboxException as failure:
            logger.warning("execution %s may still run, interrupting it failed: %s", execution_id, failure)


def idle_limit(idle_timeout: timedelta | float | None) -> float | None:
    """Return the seconds that a stream may be silent."""
    return None if idle_timeout is None else seconds("idle_timeout", idle_timeout, positive=True)
