# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.policy_status_response import PolicyStatusResponse


def request_of() -> Request:
    """Read the policy

    The rules in force and how they are enforced. Rules that the operator enforces everywhere are not
    listed. `policy.egress` may be `null`, which means no rules.

    """

    request: Request = {
        "method": "get",
        "url": "/policy",
    }
    return request


def _read(response: httpx.Response) -> PolicyStatusResponse | None:
    if response.status_code == 200:
        return PolicyStatusResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of()
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller) -> Response[PolicyStatusResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of()
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
