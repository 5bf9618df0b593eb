# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.list_snapshots_response import ListSnapshotsResponse


def request_of(
    *,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Request:
    """List snapshots

    All filters that are given must hold. Snapshots outlive the sandbox they were taken of.

    Args:
        sandbox_id (str | Unset):
        name (str | Unset):
        state (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
    """

    params: dict[str, Any] = {
        "sandboxId": sandbox_id,
        "name": name,
        "state": state,
        "page": page,
        "pageSize": page_size,
    }
    request: Request = {
        "method": "get",
        "url": "/snapshots",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> ListSnapshotsResponse | None:
    if response.status_code == 200:
        return ListSnapshotsResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    *,
    client: Caller,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[ListSnapshotsResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, name=name, state=state, page=page, page_size=page_size)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    *,
    client: AsyncCaller,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[ListSnapshotsResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, name=name, state=state, page=page, page_size=page_size)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
