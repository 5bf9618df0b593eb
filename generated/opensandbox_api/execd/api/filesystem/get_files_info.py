# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.get_files_info_response_200 import GetFilesInfoResponse200


def request_of(*, path: list[str]) -> Request:
    """Read file records

    One missing path fails the whole call. Links are not followed.

    Args:
        path (list[str]):
    """

    params: dict[str, Any] = {
        "path": path,
    }
    request: Request = {
        "method": "get",
        "url": "/files/info",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> GetFilesInfoResponse200 | None:
    if response.status_code == 200:
        return GetFilesInfoResponse200.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, path: list[str]) -> Response[GetFilesInfoResponse200]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(path=path)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, path: list[str]) -> Response[GetFilesInfoResponse200]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(path=path)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
