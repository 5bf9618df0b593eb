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


def request_of(session_id: str) -> Request:
    """Write changes back

    Reserved: no daemon can do it yet, so the answer is always 503.

    Args:
        session_id (str):
    """

    request: Request = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/commit".format(session_id=quote(str(session_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> None:
    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
