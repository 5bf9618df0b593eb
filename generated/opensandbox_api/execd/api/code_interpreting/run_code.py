# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.run_code_request import RunCodeRequest


def request_of(*, body: RunCodeRequest) -> Request:
    """Run code

    In the named context, or in the default context of the named language. One run per context at a
    time. The run goes on when the caller hangs up. After `error` an `execution_complete` may follow all
    the same.

    Args:
        body (RunCodeRequest): What to run, and where.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/code",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> str | None:
    if response.status_code == 200:
        return response.text

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: RunCodeRequest) -> Response[str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: RunCodeRequest) -> Response[str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
