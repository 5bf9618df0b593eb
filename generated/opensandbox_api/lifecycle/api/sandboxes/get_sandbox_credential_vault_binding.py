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

from ...models.credential_binding_metadata import CredentialBindingMetadata


def request_of(sandbox_id: str, binding_name: str) -> Request:
    """Read a binding

    What it does to which requests.

    Args:
        sandbox_id (str):
        binding_name (str):
    """

    request: Request = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/credential-vault/bindings/{binding_name}".format(
            sandbox_id=quote(str(sandbox_id), safe=""), binding_name=quote(str(binding_name), safe="")
        ),
    }
    return request


def _read(response: httpx.Response) -> CredentialBindingMetadata | None:
    if response.status_code == 200:
        return CredentialBindingMetadata.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, binding_name: str, *, client: Caller) -> Response[CredentialBindingMetadata]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, binding_name=binding_name)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, binding_name: str, *, client: AsyncCaller) -> Response[CredentialBindingMetadata]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, binding_name=binding_name)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
