# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.isolated_chmod_files_body import IsolatedChmodFilesBody


def request_of(session_id: str, *, body: IsolatedChmodFilesBody) -> Request:
    """Change the mode of files in an isolated session

    Owner and group are ignored.

    Args:
        session_id (str):
        body (IsolatedChmodFilesBody):
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/files/permissions".format(session_id=quote(str(session_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller, body: IsolatedChmodFilesBody) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller, body: IsolatedChmodFilesBody) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
