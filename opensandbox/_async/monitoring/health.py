"""Health: whether the daemon inside a sandbox answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._async.published.attributes import OfSandbox
from opensandbox._core.control.readiness import is_final
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox.exceptions import SandboxApiException, SandboxException

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.calls.http import Connection
    from opensandbox._core.deadlines import Deadline


@stays_here(CONNECT_THERE)
class HealthService(OfSandbox):
    """Asks the daemon of one sandbox whether it is there."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Awaitable[Connection]]) -> None:
        self._connection = connection

    async def ping(self, sandbox_id: str) -> bool:
        """Return whether the sandbox answers; raises only when the caller is not let in (401, 403)."""
        try:
            await probe(await self._connection(), None)
        except SandboxApiException as exc:
            if is_final(exc.status_code):
                raise
            return False
        except SandboxException:
            return False
        return True


async def probe(connection: Connection, deadline: Deadline | None) -> None:
    """Ask once, and raise whatever stands in the way. Who waits asks for the state of the sandbox less often than this."""
    from opensandbox_api.execd.api.health import ping

    with connection.exchange(deadline=deadline, retry=False, explain=False, waking=False) as client:
        await ping.asyncio_detailed(client=client)
