# Generated from opensandbox/_async/network/ports.py by scripts/unasync.py. Do not edit.
"""Ports inside a sandbox: which way they are reached, and an httpx client that goes that way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from opensandbox._core.deadlines import span
from opensandbox._core.net.addresses import sandbox_headers, sendable
from opensandbox._core.net.origins import lies_within
from opensandbox._sync.calls.options import NO_RETRY, OPTIONS, CallOptions
from opensandbox._sync.net.transports import new_client
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.models.endpoints import EndpointRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox._sync.calls.http import Connection, Http
    from opensandbox.models.sandboxes import SandboxEndpoint


def endpoint_at(
    lifecycle: Any, http: Http, sandbox_id: str, port: int, route: EndpointRoute | None
) -> SandboxEndpoint:
    """Return how a port is reached on a route; `None` is the configured one."""
    chosen = chosen_route(http, route)
    if chosen.kind == "signed":
        endpoint: SandboxEndpoint = lifecycle.get_signed_sandbox_endpoint(
            sandbox_id, port, chosen.expires, False
        )
    else:
        endpoint = lifecycle.get_sandbox_endpoint(sandbox_id, port, chosen.kind == "server")
    return endpoint


def chosen_route(http: Http, route: EndpointRoute | None) -> EndpointRoute:
    """Return the route, or the configured one for `None`."""
    if route is None:
        return EndpointRoute("server" if http.config.use_server_proxy else "direct")
    if not isinstance(route, EndpointRoute):
        raise InvalidArgumentException(f"route must be an EndpointRoute or None, not {type(route).__name__}")
    return route


def url(http: Http, endpoint: SandboxEndpoint, route: EndpointRoute | None) -> str:
    """Return an address that works by itself; one that needs headers is refused."""
    if endpoint.headers or chosen_route(http, route).kind == "server":
        raise InvalidArgumentException(
            "this port lets nobody in by its address alone; use sandbox.http(port), or a route that does: "
            "EndpointRoute.signed(expires)"
        )
    return f"{http.config.protocol}://{endpoint.endpoint}"


@contextmanager
def open_client(
    http: Http,
    endpoint: SandboxEndpoint,
    route: EndpointRoute | None,
    on_unreachable: Callable[[], None],
) -> Iterator[httpx.Client]:
    """Open a client for the address of a port, over the existing connections."""
    with client_for(http, endpoint, route, on_unreachable) as client:
        yield client


def client_for(
    http: Http,
    endpoint: SandboxEndpoint,
    route: EndpointRoute | None,
    on_unreachable: Callable[[], None],
) -> httpx.Client:
    """Return the client that `open_client` lends; it holds nothing that would have to be closed."""
    config = http.config
    base = f"{config.protocol}://{endpoint.endpoint}"
    headers = sandbox_headers(
        config.user_agent,
        config.headers,
        endpoint.headers,
        api_key=config.get_api_key(),
        use_server_proxy=http.takes_the_key(endpoint, chosen_route(http, route).kind == "server"),
    )
    return _client(PortTransport(http, base, sendable(headers), on_unreachable))


def client_of(connection: Connection, *, owns: bool = False) -> httpx.Client:
    """Return a client for the address of a connection, with its credentials; with `owns`, closing it closes the
    connections."""
    kind = OwningTransport if owns else PortTransport
    return _client(kind(connection.http, connection.base_url, connection.headers, lambda: None))


def _client(transport: PortTransport) -> httpx.Client:
    client = new_client(transport)
    client.base_url = httpx.URL(transport.base)
    client.timeout = httpx.Timeout(span(transport.http.config.request_timeout))
    return client


class PortTransport(httpx.BaseTransport):
    """Adds credentials to requests to the port, and to no other address. Closing it closes nothing.

    Nothing is repeated: an answer of 503 is the program's own word. Unless a gateway says that it sent nothing on, because the
    sandbox is still being woken.
    """

    def __init__(
        self, http: Http, base: str, headers: dict[str, str], on_unreachable: Callable[[], None]
    ) -> None:
        self.http = http
        self.base = base
        self._headers = headers
        self._on_unreachable = on_unreachable

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request."""
        within = lies_within(str(request.url), self.base)
        # A request of its own: where the answer is a redirect, httpx sends the headers of the first one on.
        admitted = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, OPTIONS: CallOptions(NO_RETRY, waking=self.http.waking)},
        )
        if within:
            admitted.headers.update(self._headers)
        try:
            # The transport, and not the client: httpx would follow redirects and keep cookies twice.
            return self.http.transport().handle_request(admitted)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if within:
                self._on_unreachable()
            raise


class OwningTransport(PortTransport):
    """The same, but closing it closes the connections."""

    def close(self) -> None:
        """Close connections that nobody else uses; one that is needed later is opened again."""
        self.http.close()
