# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.fsb_template import FsbTemplate


def request_of(template_id: str) -> Request:
    """Read a template



    Args:
        template_id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/templates/{template_id}".format(template_id=quote(str(template_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> FsbTemplate | None:
    if response.status_code == 200:
        return FsbTemplate.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(template_id: str, *, client: Caller) -> Response[FsbTemplate]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(template_id=template_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(template_id: str, *, client: AsyncCaller) -> Response[FsbTemplate]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(template_id=template_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
