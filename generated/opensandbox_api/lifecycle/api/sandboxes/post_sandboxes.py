# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.create_sandbox_request import CreateSandboxRequest
from ...models.create_sandbox_response import CreateSandboxResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CreateSandboxRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/sandboxes",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CreateSandboxResponse | None:
    if response.status_code == 202:
        response_202 = CreateSandboxResponse.from_dict(response.json())

        return response_202

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CreateSandboxResponse]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateSandboxRequest,
) -> Response[CreateSandboxResponse]:
    """Create a sandbox

     The source is exactly one of `image`, `snapshotId`, `templateId` and the extension `poolRef`. From
    an image, `entrypoint` and `resourceLimits` are needed too; from a snapshot, `resourceLimits`; from
    a template, `timeout`, and little else is allowed. Repeating the call makes a second sandbox: there
    is no idempotency key, so a caller that fails after the answer should delete what it made. Where
    quotas are exhausted the answer is 403.

    Args:
        body (CreateSandboxRequest): What a sandbox starts from, what it may use and how long it
            lives. Servers ignore members that they do not know.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateSandboxResponse]
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
    body: CreateSandboxRequest,
) -> CreateSandboxResponse | None:
    """Create a sandbox

     The source is exactly one of `image`, `snapshotId`, `templateId` and the extension `poolRef`. From
    an image, `entrypoint` and `resourceLimits` are needed too; from a snapshot, `resourceLimits`; from
    a template, `timeout`, and little else is allowed. Repeating the call makes a second sandbox: there
    is no idempotency key, so a caller that fails after the answer should delete what it made. Where
    quotas are exhausted the answer is 403.

    Args:
        body (CreateSandboxRequest): What a sandbox starts from, what it may use and how long it
            lives. Servers ignore members that they do not know.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateSandboxResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateSandboxRequest,
) -> Response[CreateSandboxResponse]:
    """Create a sandbox

     The source is exactly one of `image`, `snapshotId`, `templateId` and the extension `poolRef`. From
    an image, `entrypoint` and `resourceLimits` are needed too; from a snapshot, `resourceLimits`; from
    a template, `timeout`, and little else is allowed. Repeating the call makes a second sandbox: there
    is no idempotency key, so a caller that fails after the answer should delete what it made. Where
    quotas are exhausted the answer is 403.

    Args:
        body (CreateSandboxRequest): What a sandbox starts from, what it may use and how long it
            lives. Servers ignore members that they do not know.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateSandboxResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateSandboxRequest,
) -> CreateSandboxResponse | None:
    """Create a sandbox

     The source is exactly one of `image`, `snapshotId`, `templateId` and the extension `poolRef`. From
    an image, `entrypoint` and `resourceLimits` are needed too; from a snapshot, `resourceLimits`; from
    a template, `timeout`, and little else is allowed. Repeating the call makes a second sandbox: there
    is no idempotency key, so a caller that fails after the answer should delete what it made. Where
    quotas are exhausted the answer is 403.

    Args:
        body (CreateSandboxRequest): What a sandbox starts from, what it may use and how long it
            lives. Servers ignore members that they do not know.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateSandboxResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
