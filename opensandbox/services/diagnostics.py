"""Logs and events that the deployment keeps, and where a sandbox runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opensandbox._core.lazy import public_names

if TYPE_CHECKING:
    from opensandbox.models import DiagnosticContent, DiagnosticContext


class Diagnostics(Protocol):
    """`sandbox.diagnostics`."""

    async def get_logs(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the logs of a scope, such as `container` or `all`."""
        ...

    async def get_events(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the events of a scope, such as `runtime` or `all`."""
        ...

    async def get_context(self, sandbox_id: str) -> DiagnosticContext:
        """Return which backend runs a sandbox, and under which names it is found there."""
        ...

    async def fetch(self, content: DiagnosticContent) -> str:
        """Return the text of an answer, wherever the server keeps it."""
        ...


__getattr__ = public_names(__name__)
