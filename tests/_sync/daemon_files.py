# Generated from tests/_async/daemon_files.py by scripts/unasync.py. Do not edit.
"""The files of a real daemon, as a service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.files.service import FilesService
from opensandbox._sync.run.commands import CommandsService
from opensandbox.config import ConnectionConfigSync
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.local.execd.daemon import Execd


@contextmanager
def files_of(execd: Execd, *, shell: bool = False) -> Iterator[FilesService]:
    """Give the files of a daemon, with or without a shell beside them."""
    transport = httpx.HTTPTransport(uds=str(execd.directory / "execd.sock"))
    http = Http(ConnectionConfigSync(transport=transport))

    def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint="execd"))

    yield FilesService(connection, run=CommandsService(connection).run if shell else None)
    http.close()
    transport.close()
