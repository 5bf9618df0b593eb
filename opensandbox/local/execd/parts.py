"""The parts of the daemon, one for each group of routes; each is loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from opensandbox.local.execd.code.contexts import CodeRoutes
    from opensandbox.local.execd.daemon import Daemon
    from opensandbox.local.execd.files.identity import IdentityFileRoutes
    from opensandbox.local.execd.files.routes import FileRoutes
    from opensandbox.local.execd.isolated.files import IsolatedFileRoutes
    from opensandbox.local.execd.isolated.sessions import IsolatedRoutes
    from opensandbox.local.execd.run.commands import CommandRoutes
    from opensandbox.local.execd.run.sessions import SessionRoutes
    from opensandbox.local.execd.sandbox.metrics import MetricsRoutes
    from opensandbox.local.execd.terminals.pty import TerminalRoutes


class Parts:
    """What the daemon consists of. Reading an attribute loads and makes the part."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @cached_property
    def commands(self) -> CommandRoutes:
        """Commands."""
        from opensandbox.local.execd.run.commands import CommandRoutes

        return CommandRoutes(self._daemon)

    @cached_property
    def sessions(self) -> SessionRoutes:
        """Shell sessions."""
        from opensandbox.local.execd.run.sessions import SessionRoutes

        return SessionRoutes(self._daemon)

    @cached_property
    def code(self) -> CodeRoutes:
        """Code contexts."""
        from opensandbox.local.execd.code.contexts import CodeRoutes

        return CodeRoutes(self._daemon)

    @cached_property
    def terminals(self) -> TerminalRoutes:
        """Terminals."""
        from opensandbox.local.execd.terminals.pty import TerminalRoutes

        return TerminalRoutes(self._daemon)

    @cached_property
    def isolated(self) -> IsolatedRoutes:
        """Isolated sessions."""
        from opensandbox.local.execd.isolated.sessions import IsolatedRoutes

        return IsolatedRoutes(self._daemon)

    @cached_property
    def files(self) -> FileRoutes:
        """Files."""
        from opensandbox.local.execd.files.routes import FileRoutes

        return FileRoutes(self._daemon)

    @cached_property
    def identity_files(self) -> IdentityFileRoutes:
        """Files, under the identity that a path names."""
        from opensandbox.local.execd.files.identity import IdentityFileRoutes

        return IdentityFileRoutes(self._daemon)

    @cached_property
    def isolated_files(self) -> IsolatedFileRoutes:
        """Files of isolated sessions."""
        from opensandbox.local.execd.isolated.files import IsolatedFileRoutes

        return IsolatedFileRoutes(self._daemon)

    @cached_property
    def metrics(self) -> MetricsRoutes:
        """Metrics."""
        from opensandbox.local.execd.sandbox.metrics import MetricsRoutes

        return MetricsRoutes(self._daemon)

    def used(self) -> list[object]:
        """Return the parts that have been used."""
        return [part for name, part in vars(self).items() if name != "_daemon"]


@runtime_checkable
class Interruptible(Protocol):
    """A part with runs that can be interrupted by id."""

    async def interrupt_by_id(self, wanted: str) -> bool:
        """Interrupt a run; False where the part has none of this id."""
        ...


@runtime_checkable
class Closable(Protocol):
    """A part that has to be closed."""

    async def close(self) -> None:
        """End everything that the part has running."""
        ...
