"""All routes of the server's own API in one table."""

from __future__ import annotations

from starlette.routing import Route

from opensandbox.local.api import (
    diagnostics,
    endpoints,
    networkpolicy,
    sandboxes,
    service,
    snapshots,
    templates,
)

_SANDBOX = "/sandboxes/{sandbox_id}"

# Served at the root and under /v1.
API = [
    Route("/sandboxes", sandboxes.create, methods=["POST"]),
    Route(_SANDBOX + "/endpoints/{port}", endpoints.resolve, methods=["GET"]),
    Route(_SANDBOX, sandboxes.read, methods=["GET"]),
    Route(_SANDBOX, sandboxes.delete, methods=["DELETE"]),
    Route("/sandboxes", sandboxes.list_all, methods=["GET"]),
    Route(_SANDBOX + "/pause", sandboxes.pause, methods=["POST"]),
    Route(_SANDBOX + "/resume", sandboxes.resume, methods=["POST"]),
    Route(_SANDBOX + "/renew-expiration", sandboxes.renew, methods=["POST"]),
    Route(_SANDBOX + "/metadata", sandboxes.patch_metadata, methods=["PATCH"]),
    Route(_SANDBOX + "/networkpolicy", networkpolicy.forward, methods=["GET", "PUT", "PATCH", "DELETE"]),
    Route(_SANDBOX + "/snapshots", snapshots.create, methods=["POST"]),
    Route("/snapshots", snapshots.list_all, methods=["GET"]),
    Route("/snapshots/{snapshot_id}", snapshots.read, methods=["GET"]),
    Route("/snapshots/{snapshot_id}", snapshots.delete, methods=["DELETE"]),
    Route("/templates", templates.create, methods=["POST"]),
    Route("/templates", templates.list_all, methods=["GET"]),
    Route("/templates/{template_id}", templates.read, methods=["GET"]),
    Route("/templates/{template_id}", templates.delete, methods=["DELETE"]),
    Route(_SANDBOX + "/diagnostics/logs", diagnostics.logs, methods=["GET"]),
    Route(_SANDBOX + "/diagnostics/events", diagnostics.events, methods=["GET"]),
    Route(_SANDBOX + "/diagnostics/inspect", diagnostics.inspect, methods=["GET"]),
    Route(_SANDBOX + "/diagnostics/summary", diagnostics.summary, methods=["GET"]),
]

# Served under /v1 alone.
V1_ONLY = [Route("/metrics/events", service.metrics_event, methods=["POST"])]

# Served at the root alone, without an API key.
OPEN = [
    Route("/health", service.health, methods=["GET"]),
    Route("/version", service.version, methods=["GET"]),
]
OPEN_PATHS = frozenset(route.path for route in OPEN)
