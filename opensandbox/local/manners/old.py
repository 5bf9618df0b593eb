"""What a daemon of June 2026 answers to requests that it has never heard of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.types import Scope

    from opensandbox.local.manners.requests import Peeked

_NEWER = re.compile(r"/v1/.*|/pty(/.*)?|/directories/list")


async def refusal(scope: Scope, receive: Peeked, path: str) -> Response | None:
    """Return the refusal of a request, if it is one."""
    if _NEWER.fullmatch(path):
        return unknown_route()
    if (scope["method"], path) == ("POST", "/command") and "argv" in await receive.json_object():
        return _no_command()
    return None


def unknown_route() -> Response:
    """Return the answer where there is no such route."""
    return PlainTextResponse("404 page not found", 404)


def _no_command() -> Response:
    message = (
        "Key: 'RunCommandRequest.Command' Error:Field validation for 'Command' failed on the 'required' tag"
    )
    return JSONResponse({"code": "INVALID_REQUEST_BODY", "message": f"invalid request, {message}"}, 400)
