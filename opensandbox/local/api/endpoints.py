"""`GET /sandboxes/{id}/endpoints/{port}`: how to reach a port of a sandbox."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from opensandbox.constants import DEFAULT_EGRESS_PORT, DEFAULT_EXECD_PORT
from opensandbox.local.egress.api import EGRESS_TOKEN
from opensandbox.local.errors import invalid
from opensandbox.local.proxy import address
from opensandbox.local.proxy.gate import check_port
from opensandbox.local.proxy.headers import EXECD_TOKEN, SECURE_ACCESS
from opensandbox.local.services import services_of

if TYPE_CHECKING:
    from starlette.requests import Request


_EXPIRES = re.compile(r"0|[1-9][0-9]{0,19}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


async def resolve(request: Request) -> Response:
    """The address, below whatever host name the caller used, and the headers that every request there needs."""
    services = services_of(request)
    record = services.registry.get(request.path_params["sandbox_id"])
    port = _port(request.path_params["port"])
    through_server = _boolean(request, "use_server_proxy")
    expires = request.query_params.get("expires")
    host = request.headers.get("host", services.address)
    headers: dict[str, str] = {}
    if port == DEFAULT_EXECD_PORT:
        headers[EXECD_TOKEN] = record.execd_token
    if port == DEFAULT_EGRESS_PORT and record.egress is not None and not record.template_id:
        headers[EGRESS_TOKEN] = record.egress.token
    if record.secure_token is not None and expires is None:
        headers[SECURE_ACCESS] = record.secure_token
    if expires is not None:
        if through_server:
            raise invalid("use_server_proxy and expires exclude each other; leave one of them out")
        endpoint = services.signer.gateway(host, record.id, port, _future(expires))
    elif through_server:
        endpoint = address.server_proxy(
            host, "/v1" if request.url.path.startswith("/v1/") else "", record.id, port
        )
    else:
        endpoint = address.gateway(host, record.id, port)
    answer: dict[str, Any] = {"endpoint": endpoint}
    if headers:
        answer["headers"] = headers
    origin = {"OPEN-SANDBOX-ORIGIN": "template"} if record.template_id else None
    return JSONResponse(answer, headers=origin)


def _port(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,10}", text):
        raise invalid(f"port {text!r} is not a number", "DOCKER::INVALID_PORT")
    check_port(int(text))
    return int(text)


def _boolean(request: Request, name: str) -> bool:
    text = request.query_params.get(name, "false")
    if text.lower() not in _BOOLEANS:
        raise invalid(f"{name} must be true or false, not {text!r}")
    return _BOOLEANS[text.lower()]


def _future(text: str) -> int:
    if not _EXPIRES.fullmatch(text):
        raise invalid(f"expires must be a Unix time in whole seconds, not {text!r}")
    if int(text) <= time.time():
        raise invalid(f"expires {text} is not in the future")
    return int(text)
