# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.create_fsb_template_request import CreateFsbTemplateRequest
from ...models.fsb_template import FsbTemplate


def request_of(*, body: CreateFsbTemplateRequest) -> Request:
    """Build a template

    Declares a template and starts its build. Read it until its phase is `Succeeded`; sandboxes can be
    started from it then. 409 when a build of that name is there already.

    Args:
        body (CreateFsbTemplateRequest): What a template is built from and how. Unknown members
            are refused.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/templates",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> FsbTemplate | None:
    if response.status_code == 201:
        return FsbTemplate.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: CreateFsbTemplateRequest) -> Response[FsbTemplate]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: CreateFsbTemplateRequest) -> Response[FsbTemplate]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
