# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.code_context import CodeContext


def request_of(context_id: str) -> Request:
    """Read a code context



    Args:
        context_id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/code/contexts/{context_id}".format(context_id=quote(str(context_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> CodeContext | None:
    if response.status_code == 200:
        return CodeContext.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(context_id: str, *, client: Caller) -> Response[CodeContext]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(context_id=context_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(context_id: str, *, client: AsyncCaller) -> Response[CodeContext]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(context_id=context_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
