"""Diagnostics: logs and events that a deployment recorded about a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.calls.http import Connection
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core import arguments
from opensandbox._core.control.diagnostics import decoded, text_address
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._core.deadlines import Deadline, span
from opensandbox._core.net.origins import lies_within

if TYPE_CHECKING:
    from opensandbox.models.diagnostics import DiagnosticContent, DiagnosticContext


@stays_here(CONNECT_THERE)
class DiagnosticsService:
    """Logs and events, as text for humans."""

    __slots__ = ("_api",)

    def __init__(self, api: Connection) -> None:
        self._api = api

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._api.base_url!r})"

    async def get_logs(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the log text of one scope, such as `container` or `all`."""
        from opensandbox_api.diagnostics.api.diagnostics import get_sandboxes_sandbox_id_diagnostics_logs

        from opensandbox._core.convert import diagnostics as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self._api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_diagnostics_logs.asyncio_detailed(
                sandbox_id, client=client, scope=arguments.scope(scope)
            )
            return convert.content(answer.result())

    async def get_events(self, sandbox_id: str, scope: str) -> DiagnosticContent:
        """Return the event text of one scope, such as `runtime` or `all`."""
        from opensandbox_api.diagnostics.api.diagnostics import get_sandboxes_sandbox_id_diagnostics_events

        from opensandbox._core.convert import diagnostics as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self._api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_diagnostics_events.asyncio_detailed(
                sandbox_id, client=client, scope=arguments.scope(scope)
            )
            return convert.content(answer.result())

    async def get_context(self, sandbox_id: str) -> DiagnosticContext:
        """Return which backend runs a sandbox, and under which names it is found there. It need not be running."""
        from opensandbox_api.diagnostics.api.diagnostics import get_sandboxes_sandbox_id_diagnostics_context

        from opensandbox._core.convert import diagnostics as convert

        arguments.identifier("sandbox_id", sandbox_id)
        with self._api.exchange() as client:
            answer = await get_sandboxes_sandbox_id_diagnostics_context.asyncio_detailed(
                sandbox_id, client=client
            )
            return convert.context(answer.result())

    async def fetch(self, content: DiagnosticContent) -> str:
        """Return the text of an answer, wherever the server keeps it.

        A link is followed without the API key, unless it leads back to the server itself.

            logs = await sandbox.diagnostics.get_logs(sandbox.id, "container")
            print(await sandbox.diagnostics.fetch(logs))
        """
        from opensandbox.models.diagnostics import DiagnosticContent

        arguments.instance("content", content, DiagnosticContent)
        if content.content is not None:
            return content.content
        api = self._api
        origin, path = text_address(content, api.base_url)
        own = lies_within(origin + path, api.base_url)
        headers = api.headers if own else {"User-Agent": api.http.config.user_agent}
        within = Deadline.after(span(api.http.config.request_timeout), monotonic())
        link = Connection(api.http, origin, headers)
        # Redirects could lead the key elsewhere; the answer is the text, or it is a failure.
        async with link.stream("GET", path, deadline=within, retry=True, redirects=False) as response:
            text = (await link.read(response)).content
        return decoded(text, content.content_type)
