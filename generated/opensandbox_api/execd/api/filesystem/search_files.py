# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.file_info import FileInfo


def request_of(*, path: str, pattern: str | Unset = "**") -> Request:
    """Find files by name

    Looks below the path at any depth. Directories are not reported.

    Args:
        path (str):
        pattern (str | Unset):  Default: '**'.
    """

    params: dict[str, Any] = {
        "path": path,
        "pattern": pattern,
    }
    request: Request = {
        "method": "get",
        "url": "/files/search",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> list[FileInfo] | None:
    if response.status_code == 200:
        return [FileInfo.from_dict(item) for item in response.json()]

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, path: str, pattern: str | Unset = "**") -> Response[list[FileInfo]]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(path=path, pattern=pattern)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, path: str, pattern: str | Unset = "**") -> Response[list[FileInfo]]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(path=path, pattern=pattern)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
