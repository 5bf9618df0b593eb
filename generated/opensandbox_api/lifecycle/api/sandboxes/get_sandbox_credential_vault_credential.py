# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.credential_metadata import CredentialMetadata
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    credential_name: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/credential-vault/credentials/{credential_name}".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
            credential_name=quote(str(credential_name), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CredentialMetadata | None:
    if response.status_code == 200:
        response_200 = CredentialMetadata.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CredentialMetadata]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    credential_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[CredentialMetadata]:
    """Read a secret's record

     Name and revision, no value.

    Args:
        sandbox_id (str):
        credential_name (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialMetadata]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        credential_name=credential_name,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    credential_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> CredentialMetadata | None:
    """Read a secret's record

     Name and revision, no value.

    Args:
        sandbox_id (str):
        credential_name (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialMetadata
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        credential_name=credential_name,
        client=client,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    credential_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[CredentialMetadata]:
    """Read a secret's record

     Name and revision, no value.

    Args:
        sandbox_id (str):
        credential_name (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CredentialMetadata]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        credential_name=credential_name,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    credential_name: str,
    *,
    client: AuthenticatedClient | Client,
) -> CredentialMetadata | None:
    """Read a secret's record

     Name and revision, no value.

    Args:
        sandbox_id (str):
        credential_name (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CredentialMetadata
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            credential_name=credential_name,
            client=client,
        )
    ).parsed
