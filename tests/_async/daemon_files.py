"""The files of a real daemon, as a service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from opensandbox._async.calls.http import Connection, Http
from opensandbox._async.files.service import FilesService
from opensandbox._async.run.commands import CommandsService
from opensandbox.config import ConnectionConfig
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.local.execd.daemon import Execd


@asynccontextmanager
async def files_of(execd: Execd, *, shell: bool = False) -> AsyncIterator[FilesService]:
    """Give the files of a daemon, with or without a shell beside them."""
    transport = httpx.AsyncHTTPTransport(uds=str(execd.directory / "execd.sock"))
    http = Http(ConnectionConfig(transport=transport))

    async def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint="execd"))

    yield FilesService(connection, run=CommandsService(connection).run if shell else None)
    await http.close()
    await transport.aclose()
