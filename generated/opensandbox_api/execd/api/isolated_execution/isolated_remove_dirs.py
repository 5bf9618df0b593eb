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


def request_of(session_id: str, *, path: list[str]) -> Request:
    """Remove directories in an isolated session



    Args:
        session_id (str):
        path (list[str]):
    """

    params: dict[str, Any] = {
        "path": path,
    }
    request: Request = {
        "method": "delete",
        "url": "/v1/isolated/session/{session_id}/directories".format(session_id=quote(str(session_id), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller, path: list[str]) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, path=path)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller, path: list[str]) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, path=path)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
