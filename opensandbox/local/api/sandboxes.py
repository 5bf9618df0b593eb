"""Routes of sandboxes: create, read, list, change, end."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from opensandbox.local.api import labels
from opensandbox.local.api.bodies import CreateSandbox, MetadataPatch, RenewExpiration, read_body
from opensandbox.local.api.create_request import plan
from opensandbox.local.api.paging import page_of
from opensandbox.local.errors import ApiError
from opensandbox.local.record import SandboxRecord, instant
from opensandbox.local.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request


async def create(request: Request) -> Response:
    """`POST /sandboxes`: answers when the sandbox runs. One whose client leaves before that is given up, or deleted."""
    services = services_of(request)
    body = await read_body(request, CreateSandbox)
    launch = plan(body, images=services.images, snapshots=services.snapshots, templates=services.templates)
    creation = asyncio.ensure_future(services.registry.create(launch))
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({creation, gone}, return_when=asyncio.FIRST_COMPLETED)
        # Nobody learned the identifier, so nobody could ever delete it; and others wait for its turn to start.
        if not gone.done():
            return JSONResponse((await creation).created_view(), status_code=202)
    finally:
        gone.cancel()
        creation.cancel()
        (outcome, _) = await asyncio.gather(creation, gone, return_exceptions=True)
    if isinstance(outcome, SandboxRecord):
        with contextlib.suppress(ApiError):  # it may have expired
            await services.registry.delete(outcome.id, "client_gone")
    raise ApiError(409, "DOCKER::SANDBOX_START_FAILED", "the client left before the sandbox ran")


async def _gone(request: Request) -> None:
    """Return once the client has left; its request has been read to the end."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def list_all(request: Request) -> Response:
    """`GET /sandboxes`: filters are joined by AND, several states by OR."""
    query = request.query_params
    states = {state.lower() for state in query.getlist("state")}
    wanted = labels.parse_filter(query.get("metadata", ""))
    found = [
        record
        for record in services_of(request).registry.newest_first()
        if (not states or record.state.lower() in states) and labels.matches(record.metadata, wanted)
    ]
    page = page_of(found, query)
    page["items"] = [record.view() for record in page["items"]]
    return JSONResponse(page)


async def read(request: Request) -> Response:
    """`GET /sandboxes/{id}`."""
    return JSONResponse(services_of(request).registry.get(request.path_params["sandbox_id"]).view())


async def delete(request: Request) -> Response:
    """`DELETE /sandboxes/{id}`: answers when nothing of the sandbox is left."""
    await services_of(request).registry.delete(request.path_params["sandbox_id"])
    return Response(status_code=204)


async def pause(request: Request) -> Response:
    """`POST /sandboxes/{id}/pause`."""
    await services_of(request).registry.pause(request.path_params["sandbox_id"])
    return Response(status_code=202)


async def resume(request: Request) -> Response:
    """`POST /sandboxes/{id}/resume`."""
    await services_of(request).registry.resume(request.path_params["sandbox_id"])
    return Response(status_code=202)


async def renew(request: Request) -> Response:
    """`POST /sandboxes/{id}/renew-expiration`: an instant without offset is read as UTC."""
    registry = services_of(request).registry
    sandbox_id = request.path_params["sandbox_id"]
    registry.get(sandbox_id)
    moment = (await read_body(request, RenewExpiration)).expires_at
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    registry.renew(sandbox_id, moment)
    return JSONResponse({"expiresAt": instant(moment)})


async def patch_metadata(request: Request) -> Response:
    """`PATCH /sandboxes/{id}/metadata`: a merge patch."""
    record = services_of(request).registry.get(request.path_params["sandbox_id"])
    patch = (await read_body(request, MetadataPatch)).root
    record.metadata = labels.merge(record.metadata, patch)
    return JSONResponse(record.view())
