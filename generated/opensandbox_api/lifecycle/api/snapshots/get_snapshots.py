# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.list_snapshots_response import ListSnapshotsResponse
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["sandboxId"] = sandbox_id

    params["name"] = name

    json_state: list[str] | Unset = UNSET
    if not isinstance(state, Unset):
        json_state = state

    params["state"] = json_state

    params["page"] = page

    params["pageSize"] = page_size

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/snapshots",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ListSnapshotsResponse | None:
    if response.status_code == 200:
        response_200 = ListSnapshotsResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ListSnapshotsResponse]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[ListSnapshotsResponse]:
    """List snapshots

     All filters that are given must hold. Snapshots outlive the sandbox they were taken of.

    Args:
        sandbox_id (str | Unset):
        name (str | Unset):
        state (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListSnapshotsResponse]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        name=name,
        state=state,
        page=page,
        page_size=page_size,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> ListSnapshotsResponse | None:
    """List snapshots

     All filters that are given must hold. Snapshots outlive the sandbox they were taken of.

    Args:
        sandbox_id (str | Unset):
        name (str | Unset):
        state (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListSnapshotsResponse
    """

    return sync_detailed(
        client=client,
        sandbox_id=sandbox_id,
        name=name,
        state=state,
        page=page,
        page_size=page_size,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> Response[ListSnapshotsResponse]:
    """List snapshots

     All filters that are given must hold. Snapshots outlive the sandbox they were taken of.

    Args:
        sandbox_id (str | Unset):
        name (str | Unset):
        state (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ListSnapshotsResponse]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        name=name,
        state=state,
        page=page,
        page_size=page_size,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    sandbox_id: str | Unset = UNSET,
    name: str | Unset = UNSET,
    state: list[str] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
) -> ListSnapshotsResponse | None:
    """List snapshots

     All filters that are given must hold. Snapshots outlive the sandbox they were taken of.

    Args:
        sandbox_id (str | Unset):
        name (str | Unset):
        state (list[str] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ListSnapshotsResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            sandbox_id=sandbox_id,
            name=name,
            state=state,
            page=page,
            page_size=page_size,
        )
    ).parsed
