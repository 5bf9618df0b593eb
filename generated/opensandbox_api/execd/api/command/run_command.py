# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.run_command_request import RunCommandRequest


def request_of(*, body: RunCommandRequest) -> Request:
    """Run a command

    Give either `command` for a shell or `argv` for none. In the foreground the answer streams until the
    command ends, and the command goes on when the caller hangs up. In the background the stream says
    `init` and `execution_complete` at once, which only means started. On timeout the whole process
    group is killed.

    Args:
        body (RunCommandRequest): What to run. Exactly one of `command` and `argv` is there.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/command",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> str | None:
    if response.status_code == 200:
        return response.text

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: RunCommandRequest) -> Response[str]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: RunCommandRequest) -> Response[str]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
