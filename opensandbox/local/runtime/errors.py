"""What can go wrong before a sandbox runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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


def explain_isolation(complaint: str, state_dir: Path) -> str:
    """What to change, where bubblewrap failed with a complaint."""
    if "overlay" in complaint:
        return explain_overlay(state_dir, complaint)
    return (
        f"bubblewrap cannot isolate on this machine: {complaint}. Allow user namespaces "
        "(sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0, "
        "user.max_user_namespaces above 0); in a container also a seccomp profile that lets it mount"
    )


def explain_overlay(state_dir: Path, complaint: str) -> str:
    """What to change, where no overlay can lie on the state directory."""
    return (
        f"bubblewrap cannot make an overlay on {state_dir}: {complaint}. "
        "Use a state directory on ext4, xfs, btrfs or tmpfs, for example below /dev/shm"
    )
