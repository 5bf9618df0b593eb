# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.identity_replace_content_body import IdentityReplaceContentBody
from ...models.identity_replace_content_response_200 import IdentityReplaceContentResponse200


def request_of(uid: int, gid: int, *, body: IdentityReplaceContentBody, verbose: bool | Unset = False) -> Request:
    """Replace text in files as another user

    Same request and answers as `replaceContent`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        verbose (bool | Unset):  Default: False.
        body (IdentityReplaceContentBody):
    """
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {
        "verbose": verbose,
    }
    request: Request = {
        "method": "post",
        "url": "/v1/filesystem/{uid}/{gid}/files/replace".format(uid=quote(str(uid), safe=""), gid=quote(str(gid), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> IdentityReplaceContentResponse200 | None:
    if response.status_code == 200:
        return IdentityReplaceContentResponse200.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    uid: int, gid: int, *, client: Caller, body: IdentityReplaceContentBody, verbose: bool | Unset = False
) -> Response[IdentityReplaceContentResponse200]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(uid=uid, gid=gid, body=body, verbose=verbose)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    uid: int, gid: int, *, client: AsyncCaller, body: IdentityReplaceContentBody, verbose: bool | Unset = False
) -> Response[IdentityReplaceContentResponse200]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(uid=uid, gid=gid, body=body, verbose=verbose)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
