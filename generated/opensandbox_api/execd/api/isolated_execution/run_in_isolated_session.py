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

from ...models.isolated_background_run_response import IsolatedBackgroundRunResponse
from ...models.isolated_run_request import IsolatedRunRequest


def request_of(session_id: str, *, body: IsolatedRunRequest) -> Request:
    """Run shell code in an isolated session

    Runs of one session queue up. In the foreground the events have no `init`; hanging up interrupts the
    run and leaves the session usable. In the background the answer is 202 and a run to ask about.
    Directory and variables carry over unless `envs` is given.

    Args:
        session_id (str):
        body (IsolatedRunRequest): What to run in an isolated session.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/run".format(session_id=quote(str(session_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> IsolatedBackgroundRunResponse | str | None:
    if response.status_code == 200:
        return response.text

    if response.status_code == 202:
        return IsolatedBackgroundRunResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, *, client: Caller, body: IsolatedRunRequest) -> Response[IsolatedBackgroundRunResponse | str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    session_id: str, *, client: AsyncCaller, body: IsolatedRunRequest
) -> Response[IsolatedBackgroundRunResponse | str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
