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

from ...models.snapshot import Snapshot


def request_of(snapshot_id: str) -> Request:
    """Read a snapshot



    Args:
        snapshot_id (str):
    """

    request: Request = {
        "method": "get",
        "url": "/snapshots/{snapshot_id}".format(snapshot_id=quote(str(snapshot_id), safe="")),
    }
    return request


def _read(response: httpx.Response) -> Snapshot | None:
    if response.status_code == 200:
        return Snapshot.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(snapshot_id: str, *, client: Caller) -> Response[Snapshot]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(snapshot_id=snapshot_id)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(snapshot_id: str, *, client: AsyncCaller) -> Response[Snapshot]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(snapshot_id=snapshot_id)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
