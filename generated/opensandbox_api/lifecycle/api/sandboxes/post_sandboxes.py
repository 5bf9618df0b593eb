# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.create_sandbox_request import CreateSandboxRequest
from ...models.create_sandbox_response import CreateSandboxResponse


def request_of(*, body: CreateSandboxRequest) -> Request:
    """Create a sandbox

    The source is exactly one of `image`, `snapshotId`, `templateId` and the extension `poolRef`. From
    an image, `entrypoint` and `resourceLimits` are needed too; from a snapshot, `resourceLimits`; from
    a template, `timeout`, and little else is allowed. Repeating the call makes a second sandbox: there
    is no idempotency key, so a caller that fails after the answer should delete what it made. Where
    quotas are exhausted the answer is 403.

    Args:
        body (CreateSandboxRequest): What a sandbox starts from, what it may use and how long it
            lives. Servers ignore members that they do not know.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/sandboxes",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> CreateSandboxResponse | None:
    if response.status_code == 202:
        return CreateSandboxResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: CreateSandboxRequest) -> Response[CreateSandboxResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: CreateSandboxRequest) -> Response[CreateSandboxResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
