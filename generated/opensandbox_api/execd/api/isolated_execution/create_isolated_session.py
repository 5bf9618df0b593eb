# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.create_isolated_session_request import CreateIsolatedSessionRequest
from ...models.isolated_create_session_response import IsolatedCreateSessionResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CreateIsolatedSessionRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/isolated/session",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> IsolatedCreateSessionResponse | None:
    if response.status_code == 201:
        response_201 = IsolatedCreateSessionResponse.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[IsolatedCreateSessionResponse]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateIsolatedSessionRequest,
) -> Response[IsolatedCreateSessionResponse]:
    """Open an isolated session

     Needs `workspace`, `overlays` or both, which together say what of the file system the session sees.

    Args:
        body (CreateIsolatedSessionRequest): What an isolated session sees and may do.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedCreateSessionResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: CreateIsolatedSessionRequest,
) -> IsolatedCreateSessionResponse | None:
    """Open an isolated session

     Needs `workspace`, `overlays` or both, which together say what of the file system the session sees.

    Args:
        body (CreateIsolatedSessionRequest): What an isolated session sees and may do.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedCreateSessionResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateIsolatedSessionRequest,
) -> Response[IsolatedCreateSessionResponse]:
    """Open an isolated session

     Needs `workspace`, `overlays` or both, which together say what of the file system the session sees.

    Args:
        body (CreateIsolatedSessionRequest): What an isolated session sees and may do.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedCreateSessionResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateIsolatedSessionRequest,
) -> IsolatedCreateSessionResponse | None:
    """Open an isolated session

     Needs `workspace`, `overlays` or both, which together say what of the file system the session sees.

    Args:
        body (CreateIsolatedSessionRequest): What an isolated session sees and may do.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedCreateSessionResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
