# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.create_session_request import CreateSessionRequest
from ...models.create_session_response import CreateSessionResponse


def request_of(*, body: CreateSessionRequest | Unset = UNSET) -> Request:
    """Open a shell session

    Directory and exported variables carry over from run to run. The body may be left out.

    Args:
        body (CreateSessionRequest | Unset): How a shell session starts.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/session",
    }

    if not isinstance(body, Unset):
        request["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> CreateSessionResponse | None:
    if response.status_code == 200:
        return CreateSessionResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: CreateSessionRequest | Unset = UNSET) -> Response[CreateSessionResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: CreateSessionRequest | Unset = UNSET) -> Response[CreateSessionResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
