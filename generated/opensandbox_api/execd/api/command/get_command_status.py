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

from ...models.command_status_response import CommandStatusResponse


def request_of(id: str) -> Request:
    """Ask how a command stands

    For foreground and background commands, for a day after they end.

    Args:
        id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/command/status/{id}".format(id=quote(str(id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> CommandStatusResponse | None:
    if response.status_code == 200:
        return CommandStatusResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(id: str, *, client: Caller) -> Response[CommandStatusResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(id=id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(id: str, *, client: AsyncCaller) -> Response[CommandStatusResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(id=id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
