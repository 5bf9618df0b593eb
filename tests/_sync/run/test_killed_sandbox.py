# Generated from tests/_async/run/test_killed_sandbox.py by scripts/unasync.py. Do not edit.
"""A sandbox that ends in the middle of a stream: every kind says so at once, by a typed error, with what had arrived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import Event, Worker, monotonic
from opensandbox.exceptions import (
    IncompleteStreamException,
    SandboxConnectionException,
    SandboxException,
    SandboxNotFoundException,
)
from opensandbox.models import ExecutionHandlersSync, OutputMessage

PATIENCE = 60.0
QUICKLY = 10.0
PRINT = "echo begun; sleep 1000"


class Progress:
    """What has arrived, and when the first of it did."""

    def __init__(self) -> None:
        self.begun = Event()
        self.arrived: list[Any] = []

    def hear(self, message: OutputMessage) -> None:
        """Note a piece of output."""
        self.note(message.text.strip())

    def note(self, piece: Any) -> None:
        """Note anything."""
        self.arrived.append(piece)
        self.begun.set()

    @property
    def handlers(self) -> ExecutionHandlersSync:
        """Handlers that note output."""
        return ExecutionHandlersSync(on_stdout=self.hear)


def _command(box: SandboxSync, progress: Progress) -> None:
    box.commands.run(PRINT, handlers=progress.handlers)


def _pulled(box: SandboxSync, progress: Progress) -> None:
    with box.commands.stream(PRINT, detach=True) as events:
        for event in events:
            if isinstance(event, OutputMessage):
                progress.note(event.text.strip())


def _code(box: SandboxSync, progress: Progress) -> None:
    box.code.run(PRINT, language="bash", handlers=progress.handlers)


def _session(box: SandboxSync, progress: Progress) -> None:
    session = box.commands.create_session()
    box.commands.run_in_session(session, PRINT, handlers=progress.handlers)


def _logs(box: SandboxSync, progress: Progress) -> None:
    handle = box.commands.start(PRINT)
    for text in handle.logs():
        progress.note(text.strip())


def _terminal(box: SandboxSync, progress: Progress) -> None:
    terminal = box.pty.open(PRINT, pty=False)
    try:
        for data in terminal:
            progress.note(data.decode().strip())
    finally:
        terminal.detach()


def _metrics(box: SandboxSync, progress: Progress) -> None:
    with box.metrics.watch() as samples:
        for sample in samples:
            progress.note("begun" if sample.memory_used_in_mib else "")


def _download(box: SandboxSync, progress: Progress) -> None:
    box.commands.run("truncate -s 100G /tmp/endless", check=True)
    for piece in box.files.read_bytes_stream("/tmp/endless"):
        if not progress.arrived:
            progress.note("begun" if piece else "")


STREAMS: dict[str, tuple[Callable[[SandboxSync, Progress], None], type[SandboxException]]] = {
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
def test_killing_the_sandbox_ends_the_stream_with_a_typed_error(box: SandboxSync, kind: str) -> None:
    follow, expected = STREAMS[kind]
    progress, failures = Progress(), []

    def work() -> None:
        try:
            follow(box, progress)
        except SandboxException as failure:
            failures.append(failure)

    worker = Worker(work, f"stream of {kind}")
    assert progress.begun.wait_for(PATIENCE)
    killer = SandboxSync.connect(box.id, box.connection_config)
    killer.destroy()
    killed = monotonic()
    assert worker.join(PATIENCE)
    assert monotonic() - killed < QUICKLY
    assert worker.error is None

    (failure,) = failures
    assert isinstance(failure, expected)
    assert set(progress.arrived) == {"begun"}
    if kind in ("command", "code", "session"):
        assert failure.execution.text == "begun"
