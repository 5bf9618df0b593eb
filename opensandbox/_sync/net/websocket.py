# Generated from opensandbox/_async/net/websocket.py by scripts/unasync.py. Do not edit.
"""WebSockets to a sandbox, with the headers and settings of its other connections. Needs the extra `pty`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException
from websockets.sync.client import ClientConnection, connect

from opensandbox._concurrency.pairs import receive, sleep
from opensandbox._core.calls import failures
from opensandbox._core.deadlines import span
from opensandbox._core.net.addresses import join
from opensandbox._sync.calls.http import target
from opensandbox._sync.calls.waking import Waking
from opensandbox._sync.net.tls import tls_context
from opensandbox._sync.net.transports import environment_proxies, proxy_for, settings_of

if TYPE_CHECKING:
    from opensandbox._sync.calls.http import Connection
    from opensandbox.exceptions import SandboxException

__all__ = ["ConnectionClosed", "WebSocket"]

LARGEST_MESSAGE: Final = 16 << 20
CLOSING_SECONDS: Final = 1.0
"""How long a goodbye is waited for; one that does not come, because output is in its way, is not missed."""


class WebSocket:
    """An open WebSocket. The caller closes it."""

    __slots__ = ("_connection",)

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, connection: Connection, path: str) -> WebSocket:
        """Connect to a path of a sandbox, within the request timeout of its configuration.

        No redirect is followed: the headers may hold credentials. A transport of the caller's own is not used. Raises
        what an HTTP request would.
        """
        config = connection.http.config
        url = join(connection.base_url, path)
        headers = dict(connection.headers)
        settings = settings_of(config)
        proxy = proxy_for(settings, environment_proxies(settings), target(url))
        options: dict[str, Any] = {
            "additional_headers": headers,
            "user_agent_header": None,  # it is among the others
            "proxy": None if proxy is None else proxy.address,
            "open_timeout": span(config.request_timeout),
            "close_timeout": CLOSING_SECONDS,
            "max_size": LARGEST_MESSAGE,
            "compression": None,
            "create_connection": _Connection,
        }
        if urlsplit(url).scheme == "https":
            options["ssl"] = tls_context(settings)
        waking = Waking(config.retry_policy)
        try:
            opened = _connected(url.replace("http", "ws", 1), options, waking)
        except (OSError, EOFError, ValueError, WebSocketException, _Refused) as exc:
            if connection.on_unreachable is not None and isinstance(exc, ConnectionError):
                connection.on_unreachable()
            failure = _failure_of(exc, url, None if proxy is None else proxy.address)
            if connection.outage is not None:
                connection.outage.explain(failure)
            raise failure from exc
        # Nothing but a block tells the blocking twin that its caller knows who closes.
        return cls(opened.__enter__())

    def send(self, message: str | bytes) -> None:
        """Send a message; `ConnectionClosed` when the connection is gone."""
        self._connection.send(message)
        # It does not wait while there is room. Whoever sends without a pause would never hear that the other side has closed.
        sleep(0)

    def receive(self, timeout: float | None) -> str | bytes:
        """Return the next message; `TimeoutError` after `timeout`, `ConnectionClosed` at the end."""
        message: str | bytes = receive(self._connection, timeout)
        return message

    def close(self) -> None:
        """Say goodbye and let go."""
        self._connection.close()


def _connected(url: str, options: dict[str, Any], waking: Waking) -> Any:
    """Connect, again where the sandbox is still being woken."""
    while True:
        try:
            return connect(url, **options)
        except _Refused as exc:
            refusal = exc.args[0]
            answer = httpx.Response(
                refusal.status_code,
                headers=list(refusal.headers.raw_items()),
                content=bytes(refusal.body or b""),
            )
            if not waking.concerns(answer):
                raise
            waking.wait(answer, httpx.Request("GET", url))


class _Refused(Exception):
    """An answer other than the upgrade. Not what `websockets` raises: that would be followed where it is a redirect."""


class _Connection(ClientConnection):
    def handshake(self, *arguments: Any, **more: Any) -> None:
        try:
            super().handshake(*arguments, **more)
        except InvalidStatus as exc:
            raise _Refused(exc.response) from exc


def _failure_of(exc: Exception, url: str, proxy: str | None) -> SandboxException:
    if isinstance(exc, _Refused):
        answer = exc.args[0]
        return failures.api_failure(
            status=answer.status_code,
            headers=answer.headers,
            body=bytes(answer.body or b""),
            method="GET",
            url=url,
        )
    if isinstance(exc, InvalidURI | ValueError):
        return failures.bad_address(url, str(exc))
    kind = failures.TransportFailure.BROKEN
    if isinstance(exc, TimeoutError):
        kind = failures.TransportFailure.TIMED_OUT
    elif isinstance(exc, OSError):
        kind = failures.TransportFailure.UNREACHABLE
    return failures.transport_failure(kind, exc, method="GET", url=url, proxy=failures.without_login(proxy))
