# Written by scripts/generate.py from openapi/egress.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ....calls import answered
from ....errors import UnexpectedStatus
from ....types import Response

if TYPE_CHECKING:
    from ....calls import AsyncCaller, Caller, Request

from ...models.credential_vault_mutation_request import CredentialVaultMutationRequest
from ...models.credential_vault_state import CredentialVaultState


def request_of(*, body: CredentialVaultMutationRequest) -> Request:
    """Change the vault

    One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions; a name may occur in one of them only. The result is checked as a whole, and every success
    raises the revision by one.

    Args:
        body (CredentialVaultMutationRequest): Changes to the vault.
    """
    headers: dict[str, Any] = {}

    request: Request = {
        "method": "patch",
        "url": "/credential-vault",
    }
    request["json"] = body.to_dict()
    headers["Content-Type"] = "application/json"

    request["headers"] = headers
    return request


def _read(response: httpx.Response) -> CredentialVaultState | None:
    if response.status_code == 200:
        return CredentialVaultState.from_dict(response.json())

    raise UnexpectedStatus(response.status_code, response.content)


def sync_detailed(*, client: Caller, body: CredentialVaultMutationRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and wait for the answer."""
    request = request_of(body=body)
    return answered(client, client.get_httpx_client().request(**request), _read)


async def asyncio_detailed(*, client: AsyncCaller, body: CredentialVaultMutationRequest) -> Response[CredentialVaultState]:
    """Send what `request_of` returns and await the answer."""
    request = request_of(body=body)
    return answered(client, await client.get_async_httpx_client().request(**request), _read)
