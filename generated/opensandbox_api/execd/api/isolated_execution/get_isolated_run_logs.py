# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request


def request_of(session_id: str, run_id: str, *, cursor: int | Unset = UNSET) -> Request:
    """Read the output of a background run

    At most 16 MiB are kept.

    Args:
        session_id (str):
        run_id (str):
        cursor (int | Unset):
    """

    params: dict[str, Any] = {
        "cursor": cursor,
    }
    request: Request = {
        "method": "get",
        "url": "/v1/isolated/session/{session_id}/runs/{run_id}/logs".format(
            session_id=quote(str(session_id), safe=""), run_id=quote(str(run_id), safe="")
        ),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> str | None:
    if response.status_code == 200:
        return response.text

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(session_id: str, run_id: str, *, client: Caller, cursor: int | Unset = UNSET) -> Response[str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, run_id=run_id, cursor=cursor)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(session_id: str, run_id: str, *, client: AsyncCaller, cursor: int | Unset = UNSET) -> Response[str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, run_id=run_id, cursor=cursor)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
