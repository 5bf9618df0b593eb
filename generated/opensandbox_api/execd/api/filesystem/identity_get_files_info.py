# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.identity_get_files_info_response_200 import IdentityGetFilesInfoResponse200


def request_of(uid: int, gid: int, *, path: list[str]) -> Request:
    """Read file records as another user

    Same request and answers as `getFilesInfo`, carried out with the user and primary group of the path.

    Args:
        uid (int):
        gid (int):
        path (list[str]):
    """

    params: dict[str, Any] = {
        "path": path,
    }
    request: Request = {
        "method": "get",
        "url": "/v1/filesystem/{uid}/{gid}/files/info".format(uid=quote(str(uid), safe=""), gid=quote(str(gid), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> IdentityGetFilesInfoResponse200 | None:
    if response.status_code == 200:
        return IdentityGetFilesInfoResponse200.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(uid: int, gid: int, *, client: Caller, path: list[str]) -> Response[IdentityGetFilesInfoResponse200]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(uid=uid, gid=gid, path=path)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(uid: int, gid: int, *, client: AsyncCaller, path: list[str]) -> Response[IdentityGetFilesInfoResponse200]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(uid=uid, gid=gid, path=path)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
