# Generated from opensandbox/services/processes.py by scripts/unasync.py. Do not edit.
"""What runs inside a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    import builtins

    from opensandbox.models import ProcessInfo


class ProcessesSync(Protocol):
    """`sandbox.processes`."""

    def list(self) -> builtins.list[ProcessInfo]:
        """Return all processes, by id. The command that looks is among them."""
        ...

    def signal(self, pid: int, signal: str | int = "TERM") -> None:
        """Send a signal to a process; `CommandFailedException` when there is none, or it belongs to somebody else."""
        ...

    def kill(self, pid: int, *, tree: bool = False) -> None:
        """End a process at once, with `tree` also all that it started; one that is gone is no error."""
        ...


__getattr__ = public_names(__name__)
