"""Routes about the server itself, and the report of a client's measurement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from opensandbox._version import __version__
from opensandbox.local.api.bodies import MetricsEvent, read_body
from opensandbox.local.errors import ApiError

if TYPE_CHECKING:
    from starlette.requests import Request


async def health(request: Request) -> Response:
    """`GET /health`."""
    return JSONResponse({"status": "healthy"})


async def version(request: Request) -> Response:
    """`GET /version`."""
    return JSONResponse({"version": __version__})


async def no_pools(request: Request) -> Response:
    """`/pools`: the servers of clusters have them."""
    raise ApiError(
        501, "KUBERNETES::POOL_NOT_SUPPORTED", "there are no pools of a cluster here; use those of the SDK"
    )


async def metrics_event(request: Request) -> Response:
    """`POST /metrics/events`: checked, and forgotten."""
    await read_body(request, MetricsEvent)
    return Response(status_code=204)
