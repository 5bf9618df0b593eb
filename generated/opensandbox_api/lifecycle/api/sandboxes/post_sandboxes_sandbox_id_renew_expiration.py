# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.renew_sandbox_expiration_request import RenewSandboxExpirationRequest
from ...models.renew_sandbox_expiration_response import RenewSandboxExpirationResponse


def request_of(sandbox_id: str, *, body: RenewSandboxExpirationRequest) -> Request:
    """Move the expiry

    Sets a new instant at which the sandbox ends. It has to lie in the future and may be earlier than
    the one before. A sandbox without expiry answers 409.

    Args:
        sandbox_id (str):
        body (RenewSandboxExpirationRequest): When a sandbox should end.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/sandboxes/{sandbox_id}/renew-expiration".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> RenewSandboxExpirationResponse | None:
    if response.status_code == 200:
        return RenewSandboxExpirationResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: RenewSandboxExpirationRequest) -> Response[RenewSandboxExpirationResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    sandbox_id: str, *, client: AsyncCaller, body: RenewSandboxExpirationRequest
) -> Response[RenewSandboxExpirationResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
