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

from ...models.session_state import SessionState


def request_of(session_id: str) -> Request:
    """Ask how an isolated session stands

    Enough to take up a session by its identifier alone. Older daemons leave out what it was made with.

    Args:
        session_id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/v1/isolated/session/{session_id}".format(session_id=quote(str(session_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> SessionState | None:
    if response.status_code == 200:
        return SessionState.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller) -> Response[SessionState]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller) -> Response[SessionState]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
