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

from ...models.credential_metadata import CredentialMetadata


def request_of(sandbox_id: str, credential_name: str) -> Request:
    """Read a secret's record

    Name and revision, no value.

    Args:
        sandbox_id (str):
        credential_name (str):
    """

    request: Request = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/credential-vault/credentials/{credential_name}".format(
            sandbox_id=quote(str(sandbox_id), safe=""), credential_name=quote(str(credential_name), safe="")
        ),
    }
    return request


def _read(response: httpx.Response) -> CredentialMetadata | None:
    if response.status_code == 200:
        return CredentialMetadata.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, credential_name: str, *, client: Caller) -> Response[CredentialMetadata]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, credential_name=credential_name)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, credential_name: str, *, client: AsyncCaller) -> Response[CredentialMetadata]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, credential_name=credential_name)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
