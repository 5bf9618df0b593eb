"""Routes of the network policy: handed on to the egress API of the sandbox, with its token already known.

A sandbox that started from a template has no egress API of its own; for it the server keeps the policy, with slightly
different rules of merging.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from opensandbox.local.api.bodies import Policy, Rules, Targets, read_body
from opensandbox.local.egress import api
from opensandbox.local.egress.policy import DENY_ALL, parse_policy, parse_rules
from opensandbox.local.errors import ApiError, invalid
from opensandbox.local.record import without_none
from opensandbox.local.services import services_of

if TYPE_CHECKING:
    from pydantic import BaseModel
    from starlette.requests import Request
    from starlette.responses import Response

    from opensandbox.local.egress.policy import Policy as ActivePolicy
    from opensandbox.local.egress.sandbox import SandboxEgress

_BODIES: dict[str, type[BaseModel]] = {"PUT": Policy, "PATCH": Rules, "DELETE": Targets}


async def forward(request: Request) -> Response:
    """`GET`, `PUT`, `PATCH`, `DELETE /sandboxes/{id}/networkpolicy`."""
    services = services_of(request)
    record = services.registry.get(request.path_params["sandbox_id"])
    body: BaseModel | None = None
    if shape := _BODIES.get(request.method):
        body = await read_body(request, shape)
    if record.egress is None:
        raise ApiError(
            502, "BACKEND_CONNECTION_FAILED", f"sandbox {record.id} is {record.state} and has no policy"
        )
    if record.template_id is not None:
        given = body.model_dump(mode="json", by_alias=True, exclude_none=True) if body else None
        return JSONResponse(_of_template(record.egress, request.method, given))
    content = body.model_dump_json(by_alias=True, exclude_none=True) if body else ""
    return api.handle(record.egress, request.method, "/policy", content.encode())


def _of_template(egress: SandboxEgress, method: str, body: Any) -> dict[str, Any]:
    old = DENY_ALL if egress.policy is None else egress.policy
    try:
        if method == "PUT":
            egress.set_policy(parse_policy(body))
        elif method == "PATCH":
            egress.set_policy(old.merged_in_place(parse_rules(body)))
        elif method == "DELETE" and (left := old.without(body)) is not old:
            egress.set_policy(left)
    except ValueError as error:
        raise invalid(str(error)) from error
    status = api.policy_status(egress.effective, enforcement=False)
    return status | ({"policy": _told(egress.effective)} if method == "GET" else {})


def _told(policy: ActivePolicy) -> dict[str, Any]:
    """What the egress API says with null or an empty text (no rules were set, no target), the lifecycle API leaves out."""
    told = without_none(policy.as_json())
    for rule in told.get("egress", ()):
        if not rule["target"]:
            del rule["target"]
    return told
