# Generated from tests/_async/scripted_commands.py by scripts/unasync.py. Do not edit.
"""The commands of a sandbox whose daemon plays scripted answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.run.commands import CommandsService
from opensandbox.config import ConnectionConfigSync
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.support.scripted_server import ScriptedServer


@contextmanager
def commands_of(server: ScriptedServer, request_timeout: float = 5.0) -> Iterator[CommandsService]:
    """Talk to `server` as if it were the daemon; answers that hold are released at the end."""
    http = Http(ConnectionConfigSync(request_timeout=timedelta(seconds=request_timeout)))

    def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Endpoint": "44772"}))

    try:
        yield CommandsService(connection)
    finally:
        server.release()
        http.close()
