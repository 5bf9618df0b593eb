"""Routes of snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from opensandbox.local.api.bodies import CreateSnapshot, read_body
from opensandbox.local.api.paging import page_of
from opensandbox.local.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request


async def create(request: Request) -> Response:
    """`POST /sandboxes/{id}/snapshots`: accepted at once; the body may be absent."""
    services = services_of(request)
    record = services.registry.get(request.path_params["sandbox_id"])
    body = await read_body(request, CreateSnapshot, default=b"{}")
    snapshot = services.snapshots.start_capture(record, body.name)
    return JSONResponse(
        snapshot.view(), status_code=202, headers={"Location": f"/v1/snapshots/{snapshot.id}"}
    )


async def list_all(request: Request) -> Response:
    """`GET /snapshots`."""
    query = request.query_params
    states = {state.lower() for state in query.getlist("state")}
    found = [
        snapshot
        for snapshot in services_of(request).snapshots.newest_first()
        if (not states or snapshot.state.lower() in states)
        and query.get("sandboxId") in (None, snapshot.sandbox_id)
        and query.get("name") in (None, snapshot.name)
    ]
    page = page_of(found, query)
    page["items"] = [snapshot.view() for snapshot in page["items"]]
    return JSONResponse(page)


async def read(request: Request) -> Response:
    """`GET /snapshots/{id}`."""
    return JSONResponse(services_of(request).snapshots.get(request.path_params["snapshot_id"]).view())


async def delete(request: Request) -> Response:
    """`DELETE /snapshots/{id}`."""
    services = services_of(request)
    await services.snapshots.delete(request.path_params["snapshot_id"], services.registry.layers_in_use())
    return Response(status_code=204)
