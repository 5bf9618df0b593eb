# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.list_sandboxes_response import ListSandboxesResponse


def request_of(
    *, state: list[str] | Unset = UNSET, metadata: str | Unset = UNSET, page: int | Unset = 1, page_size: int | Unset = 20
) -> Request:
    """List sandboxes

    Filters of different kinds must all hold; within one kind any value will do. State words are
    compared without regard to letter case, and a word that no sandbox has simply matches none.

    Args:
        state (list[str] | Unset):
        metadata (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
    """

    params: dict[str, Any] = {
        "state": state,
        "metadata": metadata,
        "page": page,
        "pageSize": page_size,
    }
    request: Request = {
        "method": "get",
        "url": "/sandboxes",
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> ListSandboxesResponse | None:
    if response.status_code == 200:
        return ListSandboxesResponse.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    *, client: Caller, state: list[str] | Unset = UNSET, metadata: str | Unset = UNSET, page: int | Unset = 1, page_size: int | Unset = 20
) -> Response[ListSandboxesResponse]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(state=state, metadata=metadata, page=page, page_size=page_size)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    *,
    client: AsyncCaller,
    state: list[str] | Unset = UNSET,
    metadata: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[ListSandboxesResponse]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(state=state, metadata=metadata, page=page, page_size=page_size)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
