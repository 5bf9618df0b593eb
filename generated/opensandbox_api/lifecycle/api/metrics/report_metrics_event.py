# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.metrics_event import MetricsEvent


def request_of(*, body: MetricsEvent) -> Request:
    """Report how a creation went

    For the operator's statistics; language and version are read from `User-Agent`. Callers neither wait
    for the answer nor care about failures.

    Args:
        body (MetricsEvent): One experience of a client.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/metrics/events",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> None:
    if response.status_code == 204:
        return None

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: MetricsEvent) -> Response[None]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: MetricsEvent) -> Response[None]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
