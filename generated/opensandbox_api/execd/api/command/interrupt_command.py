# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request


def request_of(*, id: str) -> Request:
    """Interrupt a command

    Asks the process group to end and kills it after three seconds. Also ends shell sessions and code
    runs.

    Args:
        id (str):
    """

    params: dict[str, Any] = {
        "id": id,
    }
    request: Request = {
        "method": "delete",
        "url": "/command",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, id: str) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(id=id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, id: str) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(id=id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
