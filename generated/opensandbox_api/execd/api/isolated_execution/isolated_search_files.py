# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.file_info import FileInfo


def request_of(session_id: str, *, path: str, pattern: str | Unset = "**") -> Request:
    """Find files of an isolated session by name



    Args:
        session_id (str):
        path (str):
        pattern (str | Unset):  Default: '**'.
    """

    params: dict[str, Any] = {
        "path": path,
        "pattern": pattern,
    }
    request: Request = {
        "method": "get",
        "url": "/v1/isolated/session/{session_id}/files/search".format(session_id=quote(str(session_id), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> list[FileInfo] | None:
    if response.status_code == 200:
        return [FileInfo.from_dict(item) for item in response.json()]

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller, path: str, pattern: str | Unset = "**") -> Response[list[FileInfo]]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, path=path, pattern=pattern)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller, path: str, pattern: str | Unset = "**") -> Response[list[FileInfo]]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, path=path, pattern=pattern)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
