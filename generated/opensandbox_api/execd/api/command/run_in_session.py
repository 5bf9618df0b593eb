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

from ...models.run_in_session_request import RunInSessionRequest


def request_of(session_id: str, *, body: RunInSessionRequest) -> Request:
    """Run a command in a shell session

    Streams like a command, with both outputs as `stdout`. The command is killed when the caller hangs
    up. Functions, aliases and unexported variables do not carry over, and two runs at once do not see
    each other. An unknown session is a 500.

    Args:
        session_id (str):
        body (RunInSessionRequest): What to run in a shell session.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/session/{session_id}/run".format(session_id=quote(str(session_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> str | None:
    if response.status_code == 200:
        return response.text

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller, body: RunInSessionRequest) -> Response[str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, *, client: AsyncCaller, body: RunInSessionRequest) -> Response[str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
