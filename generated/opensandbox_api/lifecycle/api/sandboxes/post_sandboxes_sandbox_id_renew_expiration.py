# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.renew_sandbox_expiration_request import RenewSandboxExpirationRequest
from ...models.renew_sandbox_expiration_response import RenewSandboxExpirationResponse
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    *,
    body: RenewSandboxExpirationRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/sandboxes/{sandbox_id}/renew-expiration".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> RenewSandboxExpirationResponse | None:
    if response.status_code == 200:
        response_200 = RenewSandboxExpirationResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[RenewSandboxExpirationResponse]:
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
    body: RenewSandboxExpirationRequest,
) -> Response[RenewSandboxExpirationResponse]:
    """Move the expiry

     Sets a new instant at which the sandbox ends. It has to lie in the future and may be earlier than
    the one before. A sandbox without expiry answers 409.

    Args:
        sandbox_id (str):
        body (RenewSandboxExpirationRequest): When a sandbox should end.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RenewSandboxExpirationResponse]
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
    body: RenewSandboxExpirationRequest,
) -> RenewSandboxExpirationResponse | None:
    """Move the expiry

     Sets a new instant at which the sandbox ends. It has to lie in the future and may be earlier than
    the one before. A sandbox without expiry answers 409.

    Args:
        sandbox_id (str):
        body (RenewSandboxExpirationRequest): When a sandbox should end.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RenewSandboxExpirationResponse
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
    body: RenewSandboxExpirationRequest,
) -> Response[RenewSandboxExpirationResponse]:
    """Move the expiry

     Sets a new instant at which the sandbox ends. It has to lie in the future and may be earlier than
    the one before. A sandbox without expiry answers 409.

    Args:
        sandbox_id (str):
        body (RenewSandboxExpirationRequest): When a sandbox should end.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[RenewSandboxExpirationResponse]
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
    body: RenewSandboxExpirationRequest,
) -> RenewSandboxExpirationResponse | None:
    """Move the expiry

     Sets a new instant at which the sandbox ends. It has to lie in the future and may be earlier than
    the one before. A sandbox without expiry answers 409.

    Args:
        sandbox_id (str):
        body (RenewSandboxExpirationRequest): When a sandbox should end.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        RenewSandboxExpirationResponse
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            client=client,
            body=body,
        )
    ).parsed
