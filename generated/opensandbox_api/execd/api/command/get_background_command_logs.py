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


def request_of(id: str, *, cursor: int | Unset = UNSET) -> Request:
    """Read the output of a background command

    Start without cursor, then send back what the header returned. The output is complete once the
    command has ended and nothing new comes.

    Args:
        id (str):
        cursor (int | Unset):
    """

    params: dict[str, Any] = {
        "cursor": cursor,
    }
    request: Request = {
        "method": "get",
        "url": "/command/{id}/logs".format(id=quote(str(id), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> str | None:
    if response.status_code == 200:
        return response.text

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(id: str, *, client: Caller, cursor: int | Unset = UNSET) -> Response[str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(id=id, cursor=cursor)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(id: str, *, client: AsyncCaller, cursor: int | Unset = UNSET) -> Response[str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(id=id, cursor=cursor)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
