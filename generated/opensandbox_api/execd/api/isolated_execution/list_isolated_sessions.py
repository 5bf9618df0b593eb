# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.list_isolated_sessions_response import ListIsolatedSessionsResponse


def request_of() -> Request:
    """List isolated sessions"""

    request: Request = {
        "method": "get",
        "url": "/v1/isolated/sessions",
    }
    return request


def _read(response: httpx.Response) -> ListIsolatedSessionsResponse | None:
    if response.status_code == 200:
        return ListIsolatedSessionsResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller) -> Response[ListIsolatedSessionsResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of()
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller) -> Response[ListIsolatedSessionsResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of()
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
