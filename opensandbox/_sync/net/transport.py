# Generated from opensandbox/_async/net/transport.py by scripts/unasync.py. Do not edit.
"""The package's own httpx transport: requests go out over connections of one route, and httpcore's errors become httpx's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import httpcore
import httpx

from opensandbox._sync.net.connection import Timeouts
from opensandbox._sync.net.drains import AT_HAND
from opensandbox._sync.net.routes import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._sync.net.connection import Connection
    from opensandbox._sync.net.connections import Connections

KINDS: Final[dict[type[BaseException], Callable[[str], httpx.TransportError]]] = {
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ProxyError: httpx.ProxyError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.WriteTimeout: httpx.WriteTimeout,
}
_FAILURES: Final = tuple(KINDS)


class ConnectionTransport(httpx.BaseTransport):
    """Sends requests over `connections`, and closes these with itself."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the head of its answer; the body is read from the connection piece by piece."""
        origin = origin_of(request.url, request.extensions.get("sni_hostname"))
        limits = request.extensions.get("timeout", {})
        timeouts = Timeouts(limits.get("read"), limits.get("write"))
        assert isinstance(request.stream, httpx.SyncByteStream), "what an async client sends"
        try:
            connection = self.connections.acquire(origin, limits.get("connect"), limits.get("pool"))
            answer = Answer(self.connections, connection)
            try:
                head = connection.send(self.connections.route.head(request), request.stream, timeouts)
            except BaseException:
                answer.close()
                raise
        except _FAILURES as error:
            raise KINDS[type(error)](str(error)) from error
        return httpx.Response(
            head.status_code,
            headers=head.headers.raw_items(),
            stream=answer,
            extensions={
                "http_version": b"HTTP/" + head.http_version,
                "reason_phrase": head.reason,
                "network_stream": connection.stream,
                AT_HAND: answer.is_at_hand,
            },
        )

    def close(self) -> None:
        """Close all connections."""
        self.connections.close()


class Answer(httpx.SyncByteStream):
    """The body of an answer. Closing it gives the connection back."""

    def __init__(self, connections: Connections, connection: Connection) -> None:
        self._connections = connections
        # Taken out by the one who closes it: of several threads, `pop` lets one through.
        self._held = [connection]

    def __iter__(self) -> Answer:
        return self

    def __next__(self) -> bytes:
        for connection in self._held:
            try:
                piece = connection.read()
            except BaseException as error:
                self.close()
                if kind := KINDS.get(type(error)):
                    raise kind(str(error)) from error
                raise
            if piece:
                return piece
            raise StopIteration
        raise httpx.StreamClosed

    def close(self) -> None:
        """End the exchange."""
        try:
            connection = self._held.pop()
        except IndexError:
            return
        self._connections.release(connection, reusable=connection.reusable)

    def is_at_hand(self) -> bool:
        """Return whether more has been received than was read."""
        return any(connection.at_hand for connection in self._held)
