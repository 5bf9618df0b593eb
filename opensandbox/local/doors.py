"""The server's door: connections have a number, and the head of a request a time limit, so that nobody holds it shut."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING, Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

HEAD_TIMEOUT: Final = 10.0
_MOST: Final = 4096
_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def most_connections() -> int:
    """How many connections the server has at once: half of its descriptors, the other half is for sandboxes."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if limit == resource.RLIM_INFINITY else min(_MOST, limit // 2)


class Waiting:
    """Connections whose next request has not come as a whole, the oldest first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.doors: dict[Door, None] = {}

    def make_room(self, taken: int) -> bool:
        """Whether there is room for one more of `taken` connections; the one that waits longest goes for it."""
        if taken <= self.most:
            return True
        oldest = next(iter(self.doors), None)
        if oldest is not None:
            oldest.cut()
        return oldest is not None


class Door(H11Protocol):
    """One connection of the server, as uvicorn serves it. `waiting` is what all connections of a server share."""

    waiting: Waiting

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection in, if there is room for it."""
        if not self.waiting.make_room(len(self.connections) + 1):
            transport.abort()
        super().connection_made(transport)
        self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Read on; a head may be complete afterwards, or have begun."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Go on with what came behind the request."""
        super().on_response_complete()
        self._look()

    def _look(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._head_came()
        elif self.conn.trailing_data[0]:
            self._watch_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_came()
        super().connection_lost(exc)

    def cut(self) -> None:
        """End the connection, since the head of a request is not there."""
        self._head_came()
        if self.conn.trailing_data[0]:
            self.transport.write(_LATE)
        self.transport.close()
        self.connections.discard(self)

    def _watch_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_TIMEOUT, self.cut)
            self.waiting.doors[self] = None

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
            self.waiting.doors.pop(self, None)


def door(most: int | None = None) -> type[Door]:
    """The class of a server's connections, at most so many of which are open."""
    return type("Door", (Door,), {"waiting": Waiting(most_connections() if most is None else most)})
