# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request


def request_of(*, language: str) -> Request:
    """Close every context of a language



    Args:
        language (str):
    """

    params: dict[str, Any] = {
        "language": language,
    }
    request: Request = {
        "method": "delete",
        "url": "/code/contexts",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 200:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, language: str) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(language=language)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, language: str) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(language=language)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
