"""Routes of the network policy. Sandboxes are refused a policy as long as nothing here could enforce it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opensandbox.local.api.bodies import Policy, Rules, Targets, read_body
from opensandbox.local.errors import ApiError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from starlette.requests import Request
    from starlette.responses import Response

    from opensandbox.local.services import Services

_BODIES: dict[str, type[BaseModel]] = {"PUT": Policy, "PATCH": Rules, "DELETE": Targets}


async def forward(request: Request) -> Response:
    """`GET`, `PUT`, `PATCH`, `DELETE /sandboxes/{id}/networkpolicy`."""
    services: Services = request.app.state.services
    services.registry.get(request.path_params["sandbox_id"])
    if request.method in _BODIES:
        await read_body(request, _BODIES[request.method])
    raise ApiError(
        502,
        "BACKEND_CONNECTION_FAILED",
        "this server runs no egress proxy, so there is no policy to show or set",
    )
