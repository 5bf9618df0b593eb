"""Where the sandboxes of an adapter run: on the deployment that is configured, else on one embedded server of this process."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import weakref
from typing import TYPE_CHECKING

from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.config.settings import DOMAIN_VARIABLE

if TYPE_CHECKING:
    from opensandbox.local import LocalServer

__all__ = ["connection_config", "connection_config_async", "connection_config_sync"]

logger = logging.getLogger("opensandbox.integrations")

_starting = threading.Lock()
_servers: list[LocalServer] = []


def connection_config(given: ConnectionConfig | None = None) -> ConnectionConfig:
    """Return `given`, else the settings of the environment, else those of this process's embedded server.

    The embedded server is started where `OPEN_SANDBOX_DOMAIN` is not set. All adapters share it, and it ends with the process.
    Raises `LocalServerError` if it cannot start: nothing is run without isolation instead.

        sandbox = await Sandbox.create("ubuntu", connection_config=connection_config())
    """
    if given is not None:
        return given
    return ConnectionConfig() if os.environ.get(DOMAIN_VARIABLE) else _server().connection_config()


async def connection_config_async(given: ConnectionConfig | None = None) -> ConnectionConfig:
    """Return the same, without keeping the event loop waiting while the server starts."""
    return await asyncio.to_thread(connection_config, given)


def connection_config_sync(given: ConnectionConfigSync | None = None) -> ConnectionConfigSync:
    """Return the same for the blocking classes."""
    if given is not None:
        return given
    return ConnectionConfigSync() if os.environ.get(DOMAIN_VARIABLE) else _server().connection_config_sync()


def _server() -> LocalServer:
    with _starting:
        if not _servers:
            from opensandbox.local import LocalServer

            server = LocalServer().start()
            _servers.append(server)
            # Not by atexit itself: finalizers of sandboxes, which need the server, end in the reverse order of their creation, in one hook of atexit
            # that may have been registered before.
            weakref.finalize(server, server.stop)
            logger.warning(
                "%s is not set: sandboxes run on this machine, isolated by an embedded server that ends with this process",
                DOMAIN_VARIABLE,
            )
        return _servers[0]
