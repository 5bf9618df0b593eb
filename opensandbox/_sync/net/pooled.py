# Generated from opensandbox/_async/net/pooled.py by scripts/unasync.py. Do not edit.
"""Connections that the pool can use again or forget, wherever an exchange over them was broken off.

httpcore changes the state of a connection in steps between which it gives other tasks a turn, and so whoever is cancelled in
such a turn leaves a connection that is neither idle nor closed. Here those steps are taken without a turn between
them, and what still ends up in between is closed.

httpcore also looks at each connection for each request, asks the system about its socket, and counts all of them anew for each
that is idle. With a hundred idle ones that takes longer than the request. So the questions that it asks of all are answered
from memory here, the system is asked about the one connection that is to be used, and the idle ones count themselves.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import httpcore

from opensandbox._concurrency import Mutex, monotonic, unbroken
from opensandbox._sync.net.bodies import has_more_than_asked_for, read_in_large_pieces
from opensandbox._sync.net.drains import AT_HAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opensandbox._sync.net.bodies import UnparsedBody


class Keeping(NamedTuple):
    """How connections of one pool are kept while idle: for so many seconds, and so many of them."""

    seconds: float
    most: int
    idle: set[PooledConnection]


class PooledConnection(httpcore.ConnectionInterface):
    """A connection of a pool. It serves one exchange at a time, and is idle or closed after each."""

    def __init__(self, connection: httpcore.ConnectionInterface, keeping: Keeping) -> None:
        self._connection = connection
        self._keeping = keeping
        self._good_until = math.inf
        self._in_use = False
        self._dropped = False
        self._lock = Mutex()

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send the request and return the head of its answer."""
        with self._lock:
            # The pool may give an idle connection to several requests. The first one gets it, the others ask again.
            if self._in_use or self._dropped:
                raise httpcore.ConnectionNotAvailable
            self._in_use = True
        self._keeping.idle.discard(self)
        try:
            if self._connection.has_expired():
                self.close()  # the server was first to close it
                raise httpcore.ConnectionNotAvailable
            # Each lock and each write would give the event loop a turn, though there is nothing to wait for.
            response = unbroken(self._connection.handle_request, request, begin=False)
        except BaseException:
            self.release()
            raise
        unparsed = read_in_large_pieces(self._connection, request, response)
        response.stream = PooledStream(response.stream, self, unparsed)
        response.extensions[AT_HAND] = self.has_more_at_hand
        return response

    def has_more_at_hand(self) -> bool:
        """Return whether more has been received than was read."""
        return has_more_than_asked_for(self._connection)

    def release(self) -> None:
        """End an exchange: the connection is closed, unless it can be used again and there is room for it."""
        try:
            if (
                not self._connection.is_idle()
                or len(self._keeping.idle) >= self._keeping.most
                or has_more_than_asked_for(self._connection)
            ):
                self.close()
            elif not self._dropped:
                self._good_until = monotonic() + self._keeping.seconds
                self._keeping.idle.add(self)
        finally:
            self._in_use = False

    def close(self) -> None:
        """Close the connection."""
        self._dropped = True
        self._keeping.idle.discard(self)
        unbroken(self._connection.close, begin=False)

    def is_closed(self) -> bool:
        """Return whether the pool may forget it."""
        return self._dropped or self._connection.is_closed()

    def is_idle(self) -> bool:
        """Return whether the pool may close it to keep their number down: never, `release` does that."""
        return False

    def is_available(self) -> bool:
        """Return whether an exchange can begin."""
        return not self._in_use and not self._dropped and self._connection.is_available()

    def has_expired(self) -> bool:
        """Return whether it has been idle for too long."""
        return not self._in_use and monotonic() > self._good_until

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        """Return whether it leads to `origin`."""
        return self._connection.can_handle_request(origin)

    def info(self) -> str:
        """Return its state in words."""
        return self._connection.info()


class PooledStream:
    """The body of an answer. Closing it hands the connection back."""

    def __init__(self, body: Any, connection: PooledConnection, unparsed: UnparsedBody | None) -> None:
        self._body = body
        self._connection = connection
        self._unparsed = unparsed

    def __iter__(self) -> Iterator[bytes]:
        pieces = self._body.__iter__()
        while True:
            while self._unparsed is not None and (piece := unbroken(self._unparsed.read)):
                yield piece
            try:
                piece = unbroken(pieces.__next__)
            except StopIteration:
                return
            yield piece

    def close(self) -> None:
        """End the exchange."""
        try:
            unbroken(self._body.close, begin=False)
        finally:
            self._connection.release()
