# Generated from opensandbox/_async/monitoring/health.py by scripts/unasync.py. Do not edit.
"""Health: whether the daemon inside a sandbox answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox._core.control.readiness import is_final
from opensandbox._core.copies import CONNECT_THERE, stays_here
from opensandbox._sync.published.attributes import OfSandbox
from opensandbox.exceptions import SandboxApiException, SandboxException

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._core.deadlines import Deadline
    from opensandbox._sync.calls.http import Connection


@stays_here(CONNECT_THERE)
class HealthService(OfSandbox):
    """Asks the daemon of one sandbox whether it is there."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Callable[[], Connection]) -> None:
        self._connection = connection

    def ping(self, sandbox_id: str) -> bool:
        """Return whether the sandbox answers; raises only when the caller is not let in (401, 403)."""
        try:
            probe(self._connection(), None)
        except SandboxApiException as exc:
            if is_final(exc.status_code):
                raise
            return False
        except SandboxException:
            return False
        return True


def probe(connection: Connection, deadline: Deadline | None) -> None:
    """Ask once, and raise whatever stands in the way. Who waits asks for the state of the sandbox less often than this."""
    from opensandbox_api.execd.api.health import ping

    with connection.exchange(deadline=deadline, retry=False, explain=False, waking=False) as client:
        ping.sync_detailed(client=client)
