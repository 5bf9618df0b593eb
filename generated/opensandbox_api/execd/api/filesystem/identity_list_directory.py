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


def request_of(uid: int, gid: int, *, path: str, depth: int | Unset = 1) -> Request:
    """List a directory as another user

    Same request and answers as `listDirectory`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        path (str):
        depth (int | Unset):  Default: 1.
    """

    params: dict[str, Any] = {
        "path": path,
        "depth": depth,
    }
    request: Request = {
        "method": "get",
        "url": "/v1/filesystem/{uid}/{gid}/directories/list".format(uid=quote(str(uid), safe=""), gid=quote(str(gid), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> list[FileInfo] | None:
    if response.status_code == 200:
        return [FileInfo.from_dict(item) for item in response.json()]

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(uid: int, gid: int, *, client: Caller, path: str, depth: int | Unset = 1) -> Response[list[FileInfo]]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(uid=uid, gid=gid, path=path, depth=depth)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(uid: int, gid: int, *, client: AsyncCaller, path: str, depth: int | Unset = 1) -> Response[list[FileInfo]]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(uid=uid, gid=gid, path=path, depth=depth)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
