# Generated from opensandbox/_async/net/connections.py by scripts/unasync.py. Do not edit.
"""The connections of one route: each serves one exchange, and is then kept for the next one or closed.

To acquire one takes as long with a thousand of them as with one: the package's own transport keeps as many as there are
streams at once. (httpcore's pool examines all of them for each request.)
"""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import httpcore

from opensandbox._concurrency.pairs import Mutex, monotonic
from opensandbox._sync.net.connection import Connection
from opensandbox._sync.net.slots import Slots

if TYPE_CHECKING:
    from opensandbox._sync.net.routes import Origin, Route
    from opensandbox._sync.net.wire import WatchedStream


class Limits(NamedTuple):
    """How many connections are kept while idle, for how many seconds, and how many may be open; `None` is without limit."""

    most_idle: int | None
    seconds: float | None
    most: int | None = None


class Connections:
    """Opens connections by `route`, and keeps them while they are idle."""

    def __init__(self, route: Route, limits: Limits) -> None:
        self.route = route
        self._seconds = inf if limits.seconds is None else limits.seconds
        self._most_idle = inf if limits.most_idle is None else limits.most_idle
        self._most = inf if limits.most is None else limits.most
        self._slots = None if limits.most is None else Slots(limits.most)
        self._lock = Mutex()
        self._closed = False
        self._in_use: set[Connection] = set()
        # Both in the order in which they became idle. The first one decides: an exception of a signal handler may come between the
        # two, and leave in the second what is not idle, or leave out what is, which is then closed when its time is over.
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        self._idle_by_origin: dict[Origin, list[Connection]] = {}

    @property
    def idle(self) -> list[Connection]:
        """The connections that are kept."""
        return list(self._idle)

    @property
    def in_use(self) -> list[Connection]:
        """The connections that serve an exchange, or are being handed over."""
        return list(self._in_use)

    def acquire(self, origin: Origin, connect: float | None, wait: float | None) -> Connection:
        """Return a connection to `origin` that serves nobody else until it is released.

        No step of opening one takes longer than `connect` seconds. Where their number is limited, up to `wait` seconds are
        spent on waiting for one to be released.
        """
        if self._slots is None:
            return self._acquire(origin, connect)
        self._slots.acquire(wait)
        try:
            return self._acquire(origin, connect)
        except BaseException:
            self._slots.release()
            raise

    def _acquire(self, origin: Origin, timeout: float | None) -> Connection:
        self._close_surplus()
        while (connection := self._take(origin)) is not None:
            if not connection.has_gone_away():
                return connection
            with self._lock:
                self._in_use.discard(connection)
            connection.close()
        self._close_surplus(opening=1)
        connection = Connection(self._open(origin, timeout), origin)
        with self._lock:
            self._in_use.add(connection)
        return connection

    def _open(self, origin: Origin, timeout: float | None) -> WatchedStream:
        """Open a way to `origin`. What fails on the way is a failure to connect: the request has not been sent."""
        try:
            return self.route.open(origin, timeout)
        except (httpcore.ReadTimeout, httpcore.WriteTimeout) as late:
            raise httpcore.ConnectTimeout(str(late)) from late
        except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError) as broken:
            raise httpcore.ConnectError(str(broken)) from broken

    def release(self, connection: Connection, *, reusable: bool) -> None:
        """Give a connection back; one that is not `reusable` is closed."""
        with self._lock:
            self._in_use.discard(connection)
            if kept := reusable and not self._closed:
                connection.good_until = monotonic() + self._seconds
                self._idle[connection] = None
                self._idle_by_origin.setdefault(connection.origin, []).append(connection)
        if self._slots is not None:
            self._slots.release()
        if not kept:
            connection.close()
        elif len(self._idle) > self._most_idle:
            self._close_surplus()

    def close(self) -> None:
        """Close all connections, those in use as well."""
        with self._lock:
            self._closed = True
            closing = [*self._idle, *self._in_use]
            self._idle.clear()
            self._idle_by_origin.clear()
        for connection in closing:
            connection.close()

    def _take(self, origin: Origin) -> Connection | None:
        """Take the connection that was used last: the server has kept it for the shortest time."""
        with self._lock:
            idle = self._idle_by_origin.get(origin)
            while idle:
                connection = idle.pop()
                if connection in self._idle:
                    self._in_use.add(connection)
                    self._forget(connection)
                    return connection
            self._idle_by_origin.pop(origin, None)
            return None

    def _forget(self, connection: Connection) -> None:
        """Take a connection out of those that are idle, however far that has been done before."""
        self._idle.pop(connection, None)
        of_origin = self._idle_by_origin.get(connection.origin, [])
        if connection in of_origin:
            of_origin.remove(connection)
        if not of_origin:
            self._idle_by_origin.pop(connection.origin, None)

    def _close_surplus(self, opening: int = 0) -> None:
        """Close what has been idle for too long, and the oldest where there are too many."""
        now = monotonic()
        closing: list[Connection] = []
        with self._lock:
            most = min(self._most_idle, self._most - len(self._in_use) - opening)
            while self._idle:
                oldest = next(iter(self._idle))
                if len(self._idle) <= most and now <= oldest.good_until:
                    break
                self._forget(oldest)
                closing.append(oldest)
        for connection in closing:
            connection.close()
