"""Routes about the server itself, and the report of a client's measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from opensandbox._version import __version__
from opensandbox.local.api.bodies import MetricsEvent, read_body

if TYPE_CHECKING:
    from starlette.requests import Request


async def health(request: Request) -> Response:
    """`GET /health`."""
    return JSONResponse({"status": "healthy"})


async def version(request: Request) -> Response:
    """`GET /version`."""
    return JSONResponse({"version": __version__})


async def metrics_event(request: Request) -> Response:
    """`POST /metrics/events`: checked, and forgotten."""
    await read_body(request, MetricsEvent)
    return Response(status_code=204)
