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

from ...models.credential_vault_mutation_request import CredentialVaultMutationRequest
from ...models.credential_vault_state import CredentialVaultState


def request_of(sandbox_id: str, *, body: CredentialVaultMutationRequest) -> Request:
    """Change the vault

    One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions. With `expectedRevision` it happens at that revision only, else 412; nothing was changed
    then. Read the vault and try again.

    Args:
        sandbox_id (str):
        body (CredentialVaultMutationRequest): Changes to the vault.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "patch",
        "url": "/sandboxes/{sandbox_id}/credential-vault".format(sandbox_id=quote(str(sandbox_id), safe="")),
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> CredentialVaultState | None:
    if response.status_code == 200:
        return CredentialVaultState.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(sandbox_id: str, *, client: Caller, body: CredentialVaultMutationRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(sandbox_id: str, *, client: AsyncCaller, body: CredentialVaultMutationRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(sandbox_id=sandbox_id, body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
