"""Routes of templates."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from opensandbox.local.api import labels
from opensandbox.local.api.bodies import CreateTemplate, read_body
from opensandbox.local.api.create_request import DEFAULT_ENTRYPOINT
from opensandbox.local.api.paging import page_of
from opensandbox.local.errors import invalid
from opensandbox.local.resources import limits
from opensandbox.local.runtime import BoxSpec
from opensandbox.local.services import services_of
from opensandbox.local.templates import SNAPSHOT, Template, check_probe

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from opensandbox.local.services import Services


async def create(request: Request) -> Response:
    """`POST /templates`: accepted at once, built afterwards."""
    services = services_of(request)
    body = await read_body(request, CreateTemplate)
    labels.check_labels(body.metadata or {})
    readiness = body.readiness
    if readiness and readiness.probe is not None and (problem := check_probe(readiness.probe)):
        raise invalid(f"readiness.probe: {problem}")
    allowed = limits(body.resource_limits or {})
    root, layers = _built_on(services, body.image)
    template = Template(
        id=f"tpl-{uuid.uuid4()}",
        image=body.image,
        image_root=root,
        publish=body.publish,
        entrypoint=tuple(body.entrypoint or DEFAULT_ENTRYPOINT),
        env=dict(body.env or {}),
        resource_limits=dict(body.resource_limits or {}),
        metadata=dict(body.metadata or {}),
        probe=readiness.probe if readiness else None,
        warmup_seconds=readiness.warmup_seconds if readiness else None,
        format=body.format,
    )
    accepted = template.view()
    spec = BoxSpec(
        entrypoint=template.entrypoint,
        env=template.env,
        image_root=root,
        layers=layers,
        cpu=allowed.cpu,
        memory=allowed.memory,
        pids=allowed.pids,
    )
    services.templates.start_build(template, spec)
    return JSONResponse(accepted, status_code=201)


def _built_on(services: Services, image: str) -> tuple[Path | None, tuple[Path, ...]]:
    """The root directory and the layers that a template begins with: those of a snapshot, or of an image."""
    if not image.startswith(SNAPSHOT):
        return services.images.choose(image).root, ()
    snapshot = services.snapshots.ready(image.removeprefix(SNAPSHOT))
    return snapshot.image_root, (snapshot.layer,)


async def list_all(request: Request) -> Response:
    """`GET /templates`."""
    wanted = labels.parse_filter(request.query_params.get("metadata", ""), lenient=True)
    found = [
        template
        for template in services_of(request).templates.newest_first()
        if labels.matches(template.metadata, wanted)
    ]
    page = page_of(found, request.query_params)
    page["items"] = [template.view() for template in page["items"]]
    return JSONResponse(page)


async def read(request: Request) -> Response:
    """`GET /templates/{id}`."""
    return JSONResponse(services_of(request).templates.get(request.path_params["template_id"]).view())


async def delete(request: Request) -> Response:
    """`DELETE /templates/{id}`."""
    services = services_of(request)
    await services.templates.delete(request.path_params["template_id"], services.registry.layers_in_use())
    return Response(status_code=204)
