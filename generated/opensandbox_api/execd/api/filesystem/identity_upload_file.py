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

from ...models.identity_upload_file_body import IdentityUploadFileBody


def request_of(uid: int, gid: int, *, body: IdentityUploadFileBody) -> Request:
    """Write files as another user

    Same request and answers as `uploadFile`, carried out with the user and primary group of the path.

    Args:
        uid (int):
        gid (int):
        body (IdentityUploadFileBody):
    """

    request: Request = {
        "method": "post",
        "url": "/v1/filesystem/{uid}/{gid}/files/upload".format(uid=quote(str(uid), safe=""), gid=quote(str(gid), safe="")),
    }
    request["files"] = body.to_multipart()

    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(uid: int, gid: int, *, client: Caller, body: IdentityUploadFileBody) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(uid=uid, gid=gid, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(uid: int, gid: int, *, client: AsyncCaller, body: IdentityUploadFileBody) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(uid=uid, gid=gid, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
