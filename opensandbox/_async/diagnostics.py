"""Diagnostics: what a deployment recorded about a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core import arguments

if TYPE_CHECKING:
    from opensandbox._async.http import Connection
    from opensandbox.models.diagnostics import DiagnosticContent


class DiagnosticsService:
    """Logs and events, as text for humans."""

    __slots__ = ("_api",)

    def __init__(self, api: Connection) -> None:
        self._api = api

    async def get_logs(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the log text of one scope, such as `container` or `all`."""
        from opensandbox_api.diagnostics.api.diagnostics import get_sandboxes_sandbox_id_diagnostics_logs

        from opensandbox._core.convert import diagnostics as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self._api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_diagnostics_logs.asyncio_detailed(
                sandbox_id, client=client, scope=arguments.scope(scope)
            )
            return convert.content(answer.parsed)

    async def get_events(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the event text of one scope, such as `runtime` or `all`."""
        from opensandbox_api.diagnostics.api.diagnostics import get_sandboxes_sandbox_id_diagnostics_events

        from opensandbox._core.convert import diagnostics as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self._api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_diagnostics_events.asyncio_detailed(
                sandbox_id, client=client, scope=arguments.scope(scope)
            )
            return convert.content(answer.parsed)
