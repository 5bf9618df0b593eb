# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.network_rule import NetworkRule
from ...models.policy_status_response import PolicyStatusResponse


def request_of(*, body: list[NetworkRule]) -> Request:
    """Merge rules into the policy

    The body is a list of at least one rule. New rules are tried before old ones and replace those of
    the same scope, that is with the same target and the same set of ports; `defaultAction` stays. Of
    two rules of one scope in the body the first counts. Too many rules are refused with 413.

    Args:
        body (list[NetworkRule]):
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "patch",
        "url": "/policy",
    }
    request["json"] = [item.to_dict() for item in body]
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> PolicyStatusResponse | None:
    if response.status_code == 200:
        return PolicyStatusResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: list[NetworkRule]) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: list[NetworkRule]) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
