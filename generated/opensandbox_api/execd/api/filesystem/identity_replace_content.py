# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.identity_replace_content_body import IdentityReplaceContentBody
from ...models.identity_replace_content_response_200 import IdentityReplaceContentResponse200
from ...types import UNSET, Response, Unset


def _get_kwargs(
    uid: int,
    gid: int,
    *,
    body: IdentityReplaceContentBody,
    verbose: bool | Unset = False,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["verbose"] = verbose

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/filesystem/{uid}/{gid}/files/replace".format(
            uid=quote(str(uid), safe=""),
            gid=quote(str(gid), safe=""),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> IdentityReplaceContentResponse200 | None:
    if response.status_code == 200:
        response_200 = IdentityReplaceContentResponse200.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[IdentityReplaceContentResponse200]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    uid: int,
    gid: int,
    *,
    client: AuthenticatedClient | Client,
    body: IdentityReplaceContentBody,
    verbose: bool | Unset = False,
) -> Response[IdentityReplaceContentResponse200]:
    """Replace text in files as another user

     Same request and answers as `replaceContent`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        verbose (bool | Unset):  Default: False.
        body (IdentityReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IdentityReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        uid=uid,
        gid=gid,
        body=body,
        verbose=verbose,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    uid: int,
    gid: int,
    *,
    client: AuthenticatedClient | Client,
    body: IdentityReplaceContentBody,
    verbose: bool | Unset = False,
) -> IdentityReplaceContentResponse200 | None:
    """Replace text in files as another user

     Same request and answers as `replaceContent`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        verbose (bool | Unset):  Default: False.
        body (IdentityReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IdentityReplaceContentResponse200
    """

    return sync_detailed(
        uid=uid,
        gid=gid,
        client=client,
        body=body,
        verbose=verbose,
    ).parsed


async def asyncio_detailed(
    uid: int,
    gid: int,
    *,
    client: AuthenticatedClient | Client,
    body: IdentityReplaceContentBody,
    verbose: bool | Unset = False,
) -> Response[IdentityReplaceContentResponse200]:
    """Replace text in files as another user

     Same request and answers as `replaceContent`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        verbose (bool | Unset):  Default: False.
        body (IdentityReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IdentityReplaceContentResponse200]
    """

    kwargs = _get_kwargs(
        uid=uid,
        gid=gid,
        body=body,
        verbose=verbose,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    uid: int,
    gid: int,
    *,
    client: AuthenticatedClient | Client,
    body: IdentityReplaceContentBody,
    verbose: bool | Unset = False,
) -> IdentityReplaceContentResponse200 | None:
    """Replace text in files as another user

     Same request and answers as `replaceContent`, carried out with the user and primary group of the
    path.

    Args:
        uid (int):
        gid (int):
        verbose (bool | Unset):  Default: False.
        body (IdentityReplaceContentBody):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IdentityReplaceContentResponse200
    """

    return (
        await asyncio_detailed(
            uid=uid,
            gid=gid,
            client=client,
            body=body,
            verbose=verbose,
        )
    ).parsed
