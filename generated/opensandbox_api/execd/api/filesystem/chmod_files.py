# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.chmod_files_body import ChmodFilesBody


def request_of(*, body: ChmodFilesBody) -> Request:
    """Change mode and owner

    A mode of 0 and an empty owner or group are left alone.

    Args:
        body (ChmodFilesBody):
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/files/permissions",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: ChmodFilesBody) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: ChmodFilesBody) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
