# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.replace_content_body import ReplaceContentBody
from ...models.replace_content_response_200 import ReplaceContentResponse200
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: ReplaceContentBody,
    verbose: bool | Unset = False,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["verbose"] = verbose

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/files/replace",
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ReplaceContentResponse200 | None:
    if response.status_code == 200:
        response_200 = ReplaceContentResponse200.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ReplaceContentResponse200]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ReplaceContentBody,
    verbose: bool | Unset = False,
) -> Response[ReplaceContentResponse200]:
    """Replace text in files

     Every occurrence, letter for letter. No occurrence is no failure.

    Args:
        verbose (bool | Unset):  Default: False.
        body (ReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        body=body,
        verbose=verbose,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: ReplaceContentBody,
    verbose: bool | Unset = False,
) -> ReplaceContentResponse200 | None:
    """Replace text in files

     Every occurrence, letter for letter. No occurrence is no failure.

    Args:
        verbose (bool | Unset):  Default: False.
        body (ReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplaceContentResponse200
    """

    return sync_detailed(
        client=client,
        body=body,
        verbose=verbose,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ReplaceContentBody,
    verbose: bool | Unset = False,
) -> Response[ReplaceContentResponse200]:
    """Replace text in files

     Every occurrence, letter for letter. No occurrence is no failure.

    Args:
        verbose (bool | Unset):  Default: False.
        body (ReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        body=body,
        verbose=verbose,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ReplaceContentBody,
    verbose: bool | Unset = False,
) -> ReplaceContentResponse200 | None:
    """Replace text in files

     Every occurrence, letter for letter. No occurrence is no failure.

    Args:
        verbose (bool | Unset):  Default: False.
        body (ReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ReplaceContentResponse200
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            verbose=verbose,
        )
    ).parsed
