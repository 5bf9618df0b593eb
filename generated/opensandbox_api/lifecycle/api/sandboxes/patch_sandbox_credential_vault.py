# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.credential_vault_mutation_request import CredentialVaultMutationRequest
from ...models.credential_vault_state import CredentialVaultState
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    *,
    body: CredentialVaultMutationRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/sandboxes/{sandbox_id}/credential-vault".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CredentialVaultState | None:
    if response.status_code == 200:
        response_200 = CredentialVaultState.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CredentialVaultState]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CredentialVaultMutationRequest,
) -> Response[CredentialVaultState]:
    """Change the vault

     One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions. With `expectedRevision` it happens at that revision only, else 412; nothing was changed
    then. Read the vault and try again.

    Args:
        sandbox_id (str):
        body (CredentialVaultMutationRequest): Changes to the vault.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialVaultState]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CredentialVaultMutationRequest,
) -> CredentialVaultState | None:
    """Change the vault

     One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions. With `expectedRevision` it happens at that revision only, else 412; nothing was changed
    then. Read the vault and try again.

    Args:
        sandbox_id (str):
        body (CredentialVaultMutationRequest): Changes to the vault.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialVaultState
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CredentialVaultMutationRequest,
) -> Response[CredentialVaultState]:
    """Change the vault

     One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions. With `expectedRevision` it happens at that revision only, else 412; nothing was changed
    then. Read the vault and try again.

    Args:
        sandbox_id (str):
        body (CredentialVaultMutationRequest): Changes to the vault.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialVaultState]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: CredentialVaultMutationRequest,
) -> CredentialVaultState | None:
    """Change the vault

     One atomic step. Within secrets and within bindings, removals come first, then replacements, then
    additions. With `expectedRevision` it happens at that revision only, else 412; nothing was changed
    then. Read the vault and try again.

    Args:
        sandbox_id (str):
        body (CredentialVaultMutationRequest): Changes to the vault.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialVaultState
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            client=client,
            body=body,
        )
    ).parsed
