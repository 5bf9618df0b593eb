# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.sandbox import Sandbox


def request_of(sandbox_id: str) -> Request:
    """Read a sandbox

    The full record. Sandboxes that have ended answer 404, some runtimes show the final state for a
    while first.

    Args:
        sandbox_id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> Sandbox | None:
    if response.status_code == 200:
        return Sandbox.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller) -> Response[Sandbox]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller) -> Response[Sandbox]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
