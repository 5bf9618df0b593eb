# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.create_fsb_template_request import CreateFsbTemplateRequest
from ...models.fsb_template import FsbTemplate
from ...types import Response


def _get_kwargs(
    *,
    body: CreateFsbTemplateRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/templates",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> FsbTemplate | None:
    if response.status_code == 201:
        response_201 = FsbTemplate.from_dict(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[FsbTemplate]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateFsbTemplateRequest,
) -> Response[FsbTemplate]:
    """Build a template

     Declares a template and starts its build. Read it until its phase is `Succeeded`; sandboxes can be
    started from it then. 409 when a build of that name is there already.

    Args:
        body (CreateFsbTemplateRequest): What a template is built from and how. Unknown members
            are refused.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FsbTemplate]
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
    body: CreateFsbTemplateRequest,
) -> FsbTemplate | None:
    """Build a template

     Declares a template and starts its build. Read it until its phase is `Succeeded`; sandboxes can be
    started from it then. 409 when a build of that name is there already.

    Args:
        body (CreateFsbTemplateRequest): What a template is built from and how. Unknown members
            are refused.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FsbTemplate
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateFsbTemplateRequest,
) -> Response[FsbTemplate]:
    """Build a template

     Declares a template and starts its build. Read it until its phase is `Succeeded`; sandboxes can be
    started from it then. 409 when a build of that name is there already.

    Args:
        body (CreateFsbTemplateRequest): What a template is built from and how. Unknown members
            are refused.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FsbTemplate]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateFsbTemplateRequest,
) -> FsbTemplate | None:
    """Build a template

     Declares a template and starts its build. Read it until its phase is `Succeeded`; sandboxes can be
    started from it then. 409 when a build of that name is there already.

    Args:
        body (CreateFsbTemplateRequest): What a template is built from and how. Unknown members
            are refused.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FsbTemplate
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
