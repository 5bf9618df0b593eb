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

from ...models.isolated_replace_content_body import IsolatedReplaceContentBody
from ...models.isolated_replace_content_response_200 import IsolatedReplaceContentResponse200


def request_of(session_id: str, *, body: IsolatedReplaceContentBody, verbose: bool | Unset = UNSET) -> Request:
    """Replace text in files of an isolated session

    Without `verbose` the body is empty.

    Args:
        session_id (str):
        verbose (bool | Unset):
        body (IsolatedReplaceContentBody):
    """
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {
        "verbose": verbose,
    }
    request: Request = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/files/replace".format(session_id=quote(str(session_id), safe="")),
        "params": {name: value for name, value in params.items() if value is not UNSET and value is not None},
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> IsolatedReplaceContentResponse200 | None:
    if response.status_code == 200:
        return IsolatedReplaceContentResponse200.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(
    session_id: str, *, client: Caller, body: IsolatedReplaceContentBody, verbose: bool | Unset = UNSET
) -> Response[IsolatedReplaceContentResponse200]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(session_id=session_id, body=body, verbose=verbose)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(
    session_id: str, *, client: AsyncCaller, body: IsolatedReplaceContentBody, verbose: bool | Unset = UNSET
) -> Response[IsolatedReplaceContentResponse200]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(session_id=session_id, body=body, verbose=verbose)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
