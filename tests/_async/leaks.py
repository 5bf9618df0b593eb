"""What must not be left behind: connections in use, connections that are open, sandboxes."""

from __future__ import annotations

from typing import Any

from opensandbox._async.net import transports
from opensandbox._async.net.connection import Connection
from opensandbox._async.net.connections import Connections
from opensandbox._concurrency.pairs import async_scope_key
from tests.support.cancellation import in_the_background
from tests.support.deployment import Deployment
from tests.support.waiting import async_until


def shared_pools() -> list[Connections]:
    """Return what holds the connections of the shared transports of this scope."""
    found: list[Connections] = []
    for shared in transports._shared.get(async_scope_key(), {}).values():
        routing: Any = shared.transport.inner
        found += [transport.connections for transport in routing._pools.values()]
    return found


def connections() -> list[Connection]:
    """Return the connections of the shared transports of this scope."""
    return [connection for pool in shared_pools() for connection in (*pool.in_use, *pool.idle)]


def connections_in_use() -> list[Connection]:
    """Return those that some exchange holds on to."""
    return [connection for pool in shared_pools() for connection in pool.in_use]


async def background_has_ended() -> None:
    """Return once what goes on without its caller has come to its end."""
    await async_until(lambda: in_the_background() == 0)


async def nothing_is_left(deployment: Deployment) -> None:
    """Check that all users have let go, of connections and of sandboxes."""
    try:
        # What a shutdown has left to the background, such as killing a surplus sandbox, may still be at it.
        await async_until(lambda: not transports._shared.get(async_scope_key()))
    finally:
        # Removed, so that the next test does not answer for it.
        left = transports._shared.pop(async_scope_key(), None)
    assert not left, "a shared transport still has users"
    await async_until(lambda: deployment.open == 0)
    assert not [name for name in deployment.alive if name.startswith("sbx-")], "a sandbox is left"
