# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.upload_file_body import UploadFileBody


def request_of(*, body: UploadFileBody) -> Request:
    """Write files

    A form with pairs of parts, `metadata` and `file`; both need a file name in their header. Parents
    are made, and a file that exists is overwritten in place.

    Args:
        body (UploadFileBody):
    """

    request: Request = {
        "method": "post",
        "url": "/files/upload",
    }
    request["files"] = body.to_multipart()

    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: UploadFileBody) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: UploadFileBody) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
