# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.replace_content_body import ReplaceContentBody
from ...models.replace_content_response_200 import ReplaceContentResponse200


def request_of(*, body: ReplaceContentBody, verbose: bool | Unset = False) -> Request:
    """Replace text in files

    Every occurrence, letter for letter. No occurrence is no failure.

    Args:
        verbose (bool | Unset):  Default: False.
        body (ReplaceContentBody):
    """
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {
        "verbose": verbose,
    }
    request: Request = {
        "method": "post",
        "url": "/files/replace",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> ReplaceContentResponse200 | None:
    if response.status_code == 200:
        return ReplaceContentResponse200.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: ReplaceContentBody, verbose: bool | Unset = False) -> Response[ReplaceContentResponse200]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body, verbose=verbose)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    *, client: AsyncCaller, body: ReplaceContentBody, verbose: bool | Unset = False
) -> Response[ReplaceContentResponse200]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body, verbose=verbose)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
