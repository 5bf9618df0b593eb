# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.create_isolated_session_request import CreateIsolatedSessionRequest
from ...models.isolated_create_session_response import IsolatedCreateSessionResponse


def request_of(*, body: CreateIsolatedSessionRequest) -> Request:
    """Open an isolated session

    Needs `workspace`, `overlays` or both, which together say what of the file system the session sees.

    Args:
        body (CreateIsolatedSessionRequest): What an isolated session sees and may do.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/v1/isolated/session",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> IsolatedCreateSessionResponse | None:
    if response.status_code == 201:
        return IsolatedCreateSessionResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: CreateIsolatedSessionRequest) -> Response[IsolatedCreateSessionResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: CreateIsolatedSessionRequest) -> Response[IsolatedCreateSessionResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
