# Generated from tests/_async/leaks.py by scripts/unasync.py. Do not edit.
"""What must not be left behind: connections in use, connections that are open, sandboxes."""

from __future__ import annotations

from typing import Any

from opensandbox._concurrency import scope_key
from opensandbox._sync.net import transports
from tests.support.cancellation import in_the_background
from tests.support.deployment import Deployment
from tests.support.waiting import until


def connections() -> list[Any]:
    """Return the connections of the shared transports of this scope."""
    found: list[Any] = []
    for shared in transports._shared.get(scope_key(), {}).values():
        routing: Any = shared.client._transport
        for transport in routing.inner._pools.values():
            pool = transport._pool
            assert not [waiting for waiting in pool._requests if waiting.is_queued()]
            found += pool.connections
    return found


def connections_in_use() -> list[Any]:
    """Return those that some exchange holds on to."""
    return [
        connection
        for connection in connections()
        if not (connection.is_available() or connection.is_closed())
    ]


def background_has_ended() -> None:
    """Return once what goes on without its caller has come to its end."""
    until(lambda: in_the_background() == 0)


def nothing_is_left(deployment: Deployment) -> None:
    """Check that all users have let go, of connections and of sandboxes."""
    # Taken out, so that whoever comes next does not answer for it.
    left = transports._shared.pop(scope_key(), None)
    assert not left, "a shared transport still has users"
    until(lambda: deployment.open == 0)
    assert not [name for name in deployment.alive if name.startswith("sbx-")], "a sandbox is left"
