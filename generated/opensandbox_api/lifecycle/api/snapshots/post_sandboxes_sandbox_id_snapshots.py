# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.create_snapshot_request import CreateSnapshotRequest
from ...models.snapshot import Snapshot


def request_of(sandbox_id: str, *, body: CreateSnapshotRequest | Unset = UNSET) -> Request:
    """Take a snapshot

    Copies a running sandbox as it is now. It may stand still for a moment and then goes on. The body
    may be left out. 409 when the sandbox does not run or the runtime cannot take snapshots.

    Args:
        sandbox_id (str):
        body (CreateSnapshotRequest | Unset): Options for a snapshot.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/sandboxes/{sandbox_id}/snapshots".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }

    if not isinstance(body, Unset):
        request["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> Snapshot | None:
    if response.status_code == 202:
        return Snapshot.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: CreateSnapshotRequest | Unset = UNSET) -> Response[Snapshot]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, body: CreateSnapshotRequest | Unset = UNSET) -> Response[Snapshot]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
