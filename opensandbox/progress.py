"""A progress bar for transfers of files, drawn by `rich`; needs the extra `progress`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console

__all__ = ["ProgressBar"]

EXTRA = 'progress bars need the extra `progress`: pip install "opensandbox[progress]"'


class ProgressBar:
    """Shows how far a transfer is: bytes, speed, time left. Pass it as `progress` of a call of `files`.

    A context manager: the bar is drawn while it is open, on standard error or on `console`, and stays at its last state
    afterwards. Use one for each transfer. Where the output is no terminal only the last state is written. Raises
    `ImportError`, which names the extra, where `rich` is not installed.

        with ProgressBar("project") as bar:
            await sandbox.files.upload_dir("project", "/workspace/project", progress=bar)
    """

    def __init__(self, description: str = "", *, console: Console | None = None) -> None:
        try:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                DownloadColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
                TransferSpeedColumn,
            )
        except ImportError as error:
            raise ImportError(EXTRA) from error
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
        )
        # Without a total it moves to and fro until the first piece is through.
        self._transfer = self._bar.add_task(description, total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, done: int, total: int | None) -> None:
        """Show that `done` bytes of `total` are through."""
        self._bar.update(self._transfer, completed=done, total=total)
