"""Metrics: how much of its processor and memory a sandbox uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.http import Connection
    from opensandbox.models.sandboxes import SandboxMetrics


class MetricsService:
    """Usage of one sandbox."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Awaitable[Connection]]) -> None:
        self._connection = connection

    async def get_metrics(self, sandbox_id: str) -> SandboxMetrics:
        """Return one sample; it takes about a second, the time over which processor use is measured."""
        from opensandbox_api.execd.api.metric import get_metrics

        from opensandbox._core.convert import metrics as convert

        connection = await self._connection()
        with connection.exchange() as client:
            answer = await get_metrics.asyncio_detailed(client=client)
            return convert.sample(answer.parsed)
