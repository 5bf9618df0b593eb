# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, File, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from io import BytesIO


def request_of(
    uid: int, gid: int, *, path: str, offset: int | Unset = UNSET, limit: int | Unset = UNSET, range_: str | Unset = UNSET
) -> Request:
    """Read a file as another user

    Same request and answers as `downloadFile`, carried out with the user and primary group of the path.

    Args:
        uid (int):
        gid (int):
        path (str):
        offset (int | Unset):
        limit (int | Unset):
        range_ (str | Unset):
    """
    headers: dict[str, Any] = {}
    if not isinstance(range_, Unset):
        headers["Range"] = range_

    params: dict[str, Any] = {
        "path": path,
        "offset": offset,
        "limit": limit,
    }
    request: Request = {
        "method": "get",
        "url": "/v1/filesystem/{uid}/{gid}/files/download".format(uid=quote(str(uid), safe=""), gid=quote(str(gid), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    if response.status_code == 206:
        response_206 = File(payload=BytesIO(response.content))

        return response_206

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    uid: int, gid: int, *, client: Caller, path: str, offset: int | Unset = UNSET, limit: int | Unset = UNSET, range_: str | Unset = UNSET
) -> Response[File]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(uid=uid, gid=gid, path=path, offset=offset, limit=limit, range_=range_)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    uid: int,
    gid: int,
    *,
    client: AsyncCaller,
    path: str,
    offset: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    range_: str | Unset = UNSET,
) -> Response[File]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(uid=uid, gid=gid, path=path, offset=offset, limit=limit, range_=range_)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
