# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.network_rule import NetworkRule
from ...models.policy_status_response import PolicyStatusResponse
from ...types import Response


def _get_kwargs(
    sandbox_id: str,
    *,
    body: list[NetworkRule],
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "patch",
        "url": "/sandboxes/{sandbox_id}/networkpolicy".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
        ),
    }

    _kwargs["json"] = []
    for body_item_data in body:
        body_item = body_item_data.to_dict()
        _kwargs["json"].append(body_item)

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> PolicyStatusResponse | None:
    if response.status_code == 200:
        response_200 = PolicyStatusResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[PolicyStatusResponse]:
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
    body: list[NetworkRule],
) -> Response[PolicyStatusResponse]:
    """Merge rules into the network policy

     The body is a list of rules. New rules outrank old ones of another scope, that is another target or
    another set of ports, and replace those of the same; `defaultAction` stays. Of two rules of one
    scope in the body the first counts.

    Args:
        sandbox_id (str):
        body (list[NetworkRule]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyStatusResponse]
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
    body: list[NetworkRule],
) -> PolicyStatusResponse | None:
    """Merge rules into the network policy

     The body is a list of rules. New rules outrank old ones of another scope, that is another target or
    another set of ports, and replace those of the same; `defaultAction` stays. Of two rules of one
    scope in the body the first counts.

    Args:
        sandbox_id (str):
        body (list[NetworkRule]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyStatusResponse
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
    body: list[NetworkRule],
) -> Response[PolicyStatusResponse]:
    """Merge rules into the network policy

     The body is a list of rules. New rules outrank old ones of another scope, that is another target or
    another set of ports, and replace those of the same; `defaultAction` stays. Of two rules of one
    scope in the body the first counts.

    Args:
        sandbox_id (str):
        body (list[NetworkRule]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[PolicyStatusResponse]
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
    body: list[NetworkRule],
) -> PolicyStatusResponse | None:
    """Merge rules into the network policy

     The body is a list of rules. New rules outrank old ones of another scope, that is another target or
    another set of ports, and replace those of the same; `defaultAction` stays. Of two rules of one
    scope in the body the first counts.

    Args:
        sandbox_id (str):
        body (list[NetworkRule]):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        PolicyStatusResponse
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            client=client,
            body=body,
        )
    ).parsed
