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

from ...models.policy_status_response import PolicyStatusResponse


def request_of(sandbox_id: str, *, body: list[str]) -> Request:
    """Remove rules from the network policy

    The body, which a DELETE has here, is a list of targets; an empty text stands for all rules without
    one. Targets without a rule are skipped; `defaultAction` stays.

    Args:
        sandbox_id (str):
        body (list[str]):
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "delete",
        "url": "/sandboxes/{sandbox_id}/networkpolicy".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    request["json"] = body
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> PolicyStatusResponse | None:
    if response.status_code == 200:
        return PolicyStatusResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: list[str]) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, body: list[str]) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
