"""What can go wrong before a sandbox runs."""

from __future__ import annotations


class IsolationUnavailable(RuntimeError):
    """This machine cannot isolate sandboxes as configured; the message names the fix."""


class LaunchFailed(RuntimeError):
    """A sandbox did not start; the message ends with what it printed. Nothing of it is left behind."""


class QueueFull(RuntimeError):
    """Too many starts wait already; `retry_after` is the seconds after which there will be room."""

    def __init__(self, retry_after: float, waiting: int) -> None:
        super().__init__(f"{waiting} sandboxes wait to be started already; try again in {retry_after:g} s")
        self.retry_after = retry_after


class StateDirBusy(RuntimeError):
    """Another running server owns the state directory."""


class PackagesUnavailable(RuntimeError):
    """The packages that every sandbox is to have cannot be installed; the message ends with what pip said."""
