"""Routes of the credential vault: handed on to the egress side of the sandbox, whose errors come back in the envelope.

A sandbox that started from a template has a vault here alone, for it has no egress API of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from opensandbox.local.api.bodies import raw_body
from opensandbox.local.egress import api
from opensandbox.local.errors import INVALID_PARAMETER, ApiError
from opensandbox.local.services import services_of
from opensandbox.local.settings import is_loopback

if TYPE_CHECKING:
    from starlette.requests import Request


_CODES = {
    400: INVALID_PARAMETER,
    404: "CREDENTIAL_VAULT::NOT_FOUND",
    409: "CREDENTIAL_VAULT::EXISTS",
    412: "CREDENTIAL_VAULT::PRECONDITION_FAILED",
    426: "CREDENTIAL_VAULT::TLS_REQUIRED",
}


async def forward(request: Request) -> Response:
    """`GET`, `POST`, `PATCH`, `DELETE /sandboxes/{id}/credential-vault`, and `GET` of what is in it."""
    services = services_of(request)
    record = services.registry.get(request.path_params["sandbox_id"])
    body = await raw_body(request)
    egress = record.egress
    if egress is None or egress.closed:
        raise ApiError(
            503, "BACKEND_CONNECTION_FAILED", f"sandbox {record.id} is {record.state}; it has no vault"
        )
    if request.method == "POST" and egress.policy is None:
        raise _problem(412, "a vault needs a network policy; set one, best with defaultAction deny")
    local = request.client is None or is_loopback(request.client.host)
    path = "/credential-vault" + request.scope["path"].partition("/credential-vault")[2]
    answer = api.handle(
        egress, request.method, path, body, secure=local or request.url.scheme == "https", stale=412
    )
    text = bytes(answer.body).decode()
    if answer.status_code >= 400:
        raise _problem(answer.status_code, text.strip())
    if not text:
        return answer
    told = json.loads(text)
    if record.template_id is not None and egress.vault is not None:
        # Nothing is known of single records there, so they show the revision of the whole.
        told = _with_revision(told, egress.vault.revision)
    return JSONResponse(told, status_code=answer.status_code)


def _problem(status: int, message: str) -> ApiError:
    return ApiError(status, _CODES.get(status, "GENERAL::UNKNOWN_ERROR"), message)


def _with_revision(told: dict[str, Any], revision: int) -> dict[str, Any]:
    records = [told, *told.get("credentials", ()), *told.get("bindings", ())]
    for record in records:
        record["revision"] = revision
    return told
