"""The commands of a sandbox whose daemon plays scripted answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from opensandbox._async.calls.http import Connection, Http
from opensandbox._async.run.commands import CommandsService
from opensandbox.config import ConnectionConfig
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.support.scripted_server import ScriptedServer


@asynccontextmanager
async def commands_of(server: ScriptedServer, request_timeout: float = 5.0) -> AsyncIterator[CommandsService]:
    """Talk to `server` as if it were the daemon; answers that hold are released at the end."""
    http = Http(ConnectionConfig(request_timeout=timedelta(seconds=request_timeout)))

    async def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Endpoint": "44772"}))

    try:
        yield CommandsService(connection)
    finally:
        server.release()
        await http.close()
