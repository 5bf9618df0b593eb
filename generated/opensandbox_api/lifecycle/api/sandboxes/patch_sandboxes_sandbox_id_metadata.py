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

from ...models.patch_sandbox_metadata_request import PatchSandboxMetadataRequest
from ...models.sandbox import Sandbox


def request_of(sandbox_id: str, *, body: PatchSandboxMetadataRequest) -> Request:
    """Change metadata

    A merge patch: a text sets its key, `null` removes its key, keys that are not mentioned stay. The
    sandbox keeps running. Two patches at the same time may overwrite one another.

    Args:
        sandbox_id (str):
        body (PatchSandboxMetadataRequest): Changes to metadata by key: a text sets, `null`
            removes.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "patch",
        "url": "/sandboxes/{sandbox_id}/metadata".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> Sandbox | None:
    if response.status_code == 200:
        return Sandbox.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: PatchSandboxMetadataRequest) -> Response[Sandbox]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, body: PatchSandboxMetadataRequest) -> Response[Sandbox]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
