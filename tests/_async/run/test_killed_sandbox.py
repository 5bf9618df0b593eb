"""A sandbox that ends in the middle of a stream: every kind says so at once, by a typed error, with what had arrived."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._concurrency.pairs import AsyncEvent, AsyncWorker, monotonic
from opensandbox.exceptions import (
    IncompleteStreamException,
    SandboxConnectionException,
    SandboxException,
    SandboxNotFoundException,
)
from opensandbox.models import ExecutionHandlers, OutputMessage

pytestmark = pytest.mark.anyio

PATIENCE = 60.0
QUICKLY = 10.0
PRINT = "echo begun; sleep 1000"


class Progress:
    """What has arrived, and when the first of it did."""

    def __init__(self) -> None:
        self.begun = AsyncEvent()
        self.arrived: list[Any] = []

    async def hear(self, message: OutputMessage) -> None:
        """Note a piece of output."""
        self.note(message.text.strip())

    def note(self, piece: Any) -> None:
        """Note anything."""
        self.arrived.append(piece)
        self.begun.set()

    @property
    def handlers(self) -> ExecutionHandlers:
        """Handlers that note output."""
        return ExecutionHandlers(on_stdout=self.hear)


async def _command(box: Sandbox, progress: Progress) -> None:
    await box.commands.run(PRINT, handlers=progress.handlers)


async def _pulled(box: Sandbox, progress: Progress) -> None:
    async with box.commands.stream(PRINT, detach=True) as events:
        async for event in events:
            if isinstance(event, OutputMessage):
                progress.note(event.text.strip())


async def _code(box: Sandbox, progress: Progress) -> None:
    await box.code.run(PRINT, language="bash", handlers=progress.handlers)


async def _session(box: Sandbox, progress: Progress) -> None:
    session = await box.commands.create_session()
    await box.commands.run_in_session(session, PRINT, handlers=progress.handlers)


async def _logs(box: Sandbox, progress: Progress) -> None:
    handle = await box.commands.start(PRINT)
    async for text in handle.logs():
        progress.note(text.strip())


async def _terminal(box: Sandbox, progress: Progress) -> None:
    terminal = await box.pty.open(PRINT, pty=False)
    try:
        async for data in terminal:
            progress.note(data.decode().strip())
    finally:
        await terminal.detach()


async def _metrics(box: Sandbox, progress: Progress) -> None:
    async with box.metrics.watch() as samples:
        async for sample in samples:
            progress.note("begun" if sample.memory_used_in_mib else "")


async def _download(box: Sandbox, progress: Progress) -> None:
    await box.commands.run("truncate -s 100G /tmp/endless", check=True)
    async for piece in await box.files.read_bytes_stream("/tmp/endless"):
        if not progress.arrived:
            progress.note("begun" if piece else "")


STREAMS: dict[
    str, tuple[Callable[[Sandbox, Progress], Coroutine[Any, Any, None]], type[SandboxException]]
] = {
    "command": (_command, IncompleteStreamException),
    "command, pulled": (_pulled, IncompleteStreamException),
    "code": (_code, IncompleteStreamException),
    "session": (_session, IncompleteStreamException),
    "logs": (_logs, SandboxNotFoundException),
    "terminal": (_terminal, IncompleteStreamException),
    "metrics": (_metrics, IncompleteStreamException),
    "download": (_download, SandboxConnectionException),
}


@pytest.mark.parametrize("kind", STREAMS)
async def test_killing_the_sandbox_ends_the_stream_with_a_typed_error(box: Sandbox, kind: str) -> None:
    follow, expected = STREAMS[kind]
    progress, failures = Progress(), []

    async def work() -> None:
        try:
            await follow(box, progress)
        except SandboxException as failure:
            failures.append(failure)

    worker = AsyncWorker(work, f"stream of {kind}")
    assert await progress.begun.wait_for(PATIENCE)
    killer = await Sandbox.connect(box.id, box.connection_config)
    await killer.destroy()
    killed = monotonic()
    assert await worker.join(PATIENCE)
    assert monotonic() - killed < QUICKLY
    assert worker.error is None

    (failure,) = failures
    assert isinstance(failure, expected)
    assert set(progress.arrived) == {"begun"}
    if kind in ("command", "code", "session"):
        assert failure.execution.text == "begun"
