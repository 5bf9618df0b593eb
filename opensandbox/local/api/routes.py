"""All routes of the server's own API in one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from opensandbox.local.api import (
    credential_vault,
    diagnostics,
    endpoints,
    networkpolicy,
    sandboxes,
    service,
    snapshots,
    templates,
)

Handler = Callable[[Request], Awaitable[Response]]


def _resource(path: str, **handlers: Handler) -> Route:
    """One route for a path, so that the answer to any other method names all that there are."""

    async def dispatch(request: Request) -> Response:
        return await handlers["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, dispatch, methods=list(handlers))


_SANDBOX = "/sandboxes/{sandbox_id}"
_VAULT = _SANDBOX + "/credential-vault"

# Served at the root and under /v1.
API = [
    _resource("/sandboxes", POST=sandboxes.create, GET=sandboxes.list_all),
    _resource(_SANDBOX + "/endpoints/{port}", GET=endpoints.resolve),
    _resource(_SANDBOX, GET=sandboxes.read, DELETE=sandboxes.delete),
    _resource(_SANDBOX + "/pause", POST=sandboxes.pause),
    _resource(_SANDBOX + "/resume", POST=sandboxes.resume),
    _resource(_SANDBOX + "/renew-expiration", POST=sandboxes.renew),
    _resource(_SANDBOX + "/metadata", PATCH=sandboxes.patch_metadata),
    Route(_SANDBOX + "/networkpolicy", networkpolicy.forward, methods=["GET", "PUT", "PATCH", "DELETE"]),
    Route(_VAULT, credential_vault.forward, methods=["POST", "GET", "PATCH", "DELETE"]),
    _resource(_VAULT + "/credentials", GET=credential_vault.forward),
    _resource(_VAULT + "/credentials/{name:path}", GET=credential_vault.forward),
    _resource(_VAULT + "/bindings", GET=credential_vault.forward),
    _resource(_VAULT + "/bindings/{name:path}", GET=credential_vault.forward),
    _resource(_SANDBOX + "/snapshots", POST=snapshots.create),
    _resource("/snapshots", GET=snapshots.list_all),
    _resource("/snapshots/{snapshot_id}", GET=snapshots.read, DELETE=snapshots.delete),
    _resource("/templates", POST=templates.create, GET=templates.list_all),
    _resource("/templates/{template_id}", GET=templates.read, DELETE=templates.delete),
    Route("/pools{rest:path}", service.no_pools, methods=["GET", "POST", "PUT", "DELETE"]),
    _resource(_SANDBOX + "/diagnostics/logs", GET=diagnostics.logs),
    _resource(_SANDBOX + "/diagnostics/events", GET=diagnostics.events),
    _resource(_SANDBOX + "/diagnostics/context", GET=diagnostics.context),
    _resource(_SANDBOX + "/diagnostics/inspect", GET=diagnostics.inspect),
    _resource(_SANDBOX + "/diagnostics/summary", GET=diagnostics.summary),
]

# The last one is served under /v1 alone. A `Mount` would not do: it passes on no path with a line feed, as an id may have one.
V1 = [
    Route("/v1" + route.path, route.endpoint, methods=route.methods)
    for route in [*API, _resource("/metrics/events", POST=service.metrics_event)]
]

# Served at the root alone, without an API key.
OPEN = [
    _resource("/health", GET=service.health),
    _resource("/version", GET=service.version),
]
OPEN_PATHS = frozenset(route.path for route in OPEN)
