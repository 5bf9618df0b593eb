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

from ...models.endpoint import Endpoint


def request_of(sandbox_id: str, port: int, *, use_server_proxy: bool | Unset = False, expires: str | Unset = UNSET) -> Request:
    """Resolve a port to an address

    How to reach a port of the sandbox from where the caller is. 404 with code
    `KUBERNETES::POD_IP_NOT_AVAILABLE` means "not yet" and may be polled; every other 404 is final.

    Args:
        sandbox_id (str):
        port (int):
        use_server_proxy (bool | Unset):  Default: False.
        expires (str | Unset):
    """

    params: dict[str, Any] = {
        "use_server_proxy": use_server_proxy,
        "expires": expires,
    }
    request: Request = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/endpoints/{port}".format(
            sandbox_id=quote(str(sandbox_id), safe=""), port=quote(str(port), safe="")
        ),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    return request


def _read(response: httpx.Response) -> Endpoint | None:
    if response.status_code == 200:
        return Endpoint.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    sandbox_id: str, port: int, *, client: Caller, use_server_proxy: bool | Unset = False, expires: str | Unset = UNSET
) -> Response[Endpoint]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, port=port, use_server_proxy=use_server_proxy, expires=expires)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    sandbox_id: str, port: int, *, client: AsyncCaller, use_server_proxy: bool | Unset = False, expires: str | Unset = UNSET
) -> Response[Endpoint]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, port=port, use_server_proxy=use_server_proxy, expires=expires)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
