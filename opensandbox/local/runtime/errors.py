"""What can go wrong before a sandbox runs."""

from __future__ import annotations


class IsolationUnavailable(RuntimeError):
    """This machine cannot isolate sandboxes as configured; the message names the fix."""


class LaunchFailed(RuntimeError):
    """A sandbox did not start; the message ends with what it printed. Nothing of it is left behind."""


class StateDirBusy(RuntimeError):
    """Another running server owns the state directory."""
