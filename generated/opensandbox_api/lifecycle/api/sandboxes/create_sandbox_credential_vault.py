# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.credential_vault_create_request import CredentialVaultCreateRequest
from ...models.credential_vault_state import CredentialVaultState


def request_of(sandbox_id: str, *, body: CredentialVaultCreateRequest) -> Request:
    """Create the vault

    All or nothing. The sandbox needs a network policy. There is one vault at most, whichever server is
    asked; change it with PATCH. Success says that the secrets are in use.

    Args:
        sandbox_id (str):
        body (CredentialVaultCreateRequest): What the vault starts with.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "post",
        "url": "/sandboxes/{sandbox_id}/credential-vault".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> CredentialVaultState | None:
    if response.status_code == 201:
        return CredentialVaultState.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: CredentialVaultCreateRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, body: CredentialVaultCreateRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
