# Written by scripts/generate.py from openapi/diagnostics.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.diagnostic_content_response import DiagnosticContentResponse


def request_of(sandbox_id: str, *, scope: str) -> Request:
    """Read events

    What happened to the sandbox: starts, stops, failures.

    Args:
        sandbox_id (str):
        scope (str):
    """

    params: dict[str, Any] = {
        "scope": scope,
    }
    request: Request = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/diagnostics/events".format(sandbox_id=quote(str(sandbox_id), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> DiagnosticContentResponse | None:
    if response.status_code == 200:
        return DiagnosticContentResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, scope: str) -> Response[DiagnosticContentResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, scope=scope)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, scope: str) -> Response[DiagnosticContentResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, scope=scope)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
