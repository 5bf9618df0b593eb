# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request


def request_of() -> Request:
    """Remove the vault

    A second call answers 404.

    """

    request: Request = {
        "method": "delete",
        "url": "/credential-vault",
    }
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of()
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of()
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
