# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.isolated_replace_content_body import IsolatedReplaceContentBody
from ...models.isolated_replace_content_response_200 import IsolatedReplaceContentResponse200
from ...types import UNSET, Response, Unset


def _get_kwargs(
    session_id: str,
    *,
    body: IsolatedReplaceContentBody,
    verbose: bool | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["verbose"] = verbose

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/files/replace".format(
            session_id=quote(str(session_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> IsolatedReplaceContentResponse200 | None:
    if response.status_code == 200:
        response_200 = IsolatedReplaceContentResponse200.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[IsolatedReplaceContentResponse200]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IsolatedReplaceContentBody,
    verbose: bool | Unset = UNSET,
) -> Response[IsolatedReplaceContentResponse200]:
    """Replace text in files of an isolated session

     Without `verbose` the body is empty.

    Args:
        session_id (str):
        verbose (bool | Unset):
        body (IsolatedReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        body=body,
        verbose=verbose,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IsolatedReplaceContentBody,
    verbose: bool | Unset = UNSET,
) -> IsolatedReplaceContentResponse200 | None:
    """Replace text in files of an isolated session

     Without `verbose` the body is empty.

    Args:
        session_id (str):
        verbose (bool | Unset):
        body (IsolatedReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedReplaceContentResponse200
    """

    return sync_detailed(
        session_id=session_id,
        client=client,
        body=body,
        verbose=verbose,
    ).parsed


async def asyncio_detailed(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IsolatedReplaceContentBody,
    verbose: bool | Unset = UNSET,
) -> Response[IsolatedReplaceContentResponse200]:
    """Replace text in files of an isolated session

     Without `verbose` the body is empty.

    Args:
        session_id (str):
        verbose (bool | Unset):
        body (IsolatedReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        body=body,
        verbose=verbose,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: IsolatedReplaceContentBody,
    verbose: bool | Unset = UNSET,
) -> IsolatedReplaceContentResponse200 | None:
    """Replace text in files of an isolated session

     Without `verbose` the body is empty.

    Args:
        session_id (str):
        verbose (bool | Unset):
        body (IsolatedReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedReplaceContentResponse200
    """

    return (
        await asyncio_detailed(
            session_id=session_id,
            client=client,
            body=body,
            verbose=verbose,
        )
    ).parsed
