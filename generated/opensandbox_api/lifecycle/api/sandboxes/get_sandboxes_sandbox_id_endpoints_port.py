# Written by scripts/generate.py from openapi/lifecycle.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.endpoint import Endpoint
from ...types import UNSET, Response, Unset


def _get_kwargs(
    sandbox_id: str,
    port: int,
    *,
    use_server_proxy: bool | Unset = False,
    expires: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["use_server_proxy"] = use_server_proxy

    params["expires"] = expires

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/sandboxes/{sandbox_id}/endpoints/{port}".format(
            sandbox_id=quote(str(sandbox_id), safe=""),
            port=quote(str(port), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Endpoint | None:
    if response.status_code == 200:
        response_200 = Endpoint.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Endpoint]:
    return Response(
        status_code=response.status_code,
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    sandbox_id: str,
    port: int,
    *,
    client: AuthenticatedClient | Client,
    use_server_proxy: bool | Unset = False,
    expires: str | Unset = UNSET,
) -> Response[Endpoint]:
    """Resolve a port to an address

     How to reach a port of the sandbox from where the caller is. 404 with code
    `KUBERNETES::POD_IP_NOT_AVAILABLE` means "not yet" and may be polled; every other 404 is final.

    Args:
        sandbox_id (str):
        port (int):
        use_server_proxy (bool | Unset):  Default: False.
        expires (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Endpoint]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        port=port,
        use_server_proxy=use_server_proxy,
        expires=expires,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    sandbox_id: str,
    port: int,
    *,
    client: AuthenticatedClient | Client,
    use_server_proxy: bool | Unset = False,
    expires: str | Unset = UNSET,
) -> Endpoint | None:
    """Resolve a port to an address

     How to reach a port of the sandbox from where the caller is. 404 with code
    `KUBERNETES::POD_IP_NOT_AVAILABLE` means "not yet" and may be polled; every other 404 is final.

    Args:
        sandbox_id (str):
        port (int):
        use_server_proxy (bool | Unset):  Default: False.
        expires (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Endpoint
    """

    return sync_detailed(
        sandbox_id=sandbox_id,
        port=port,
        client=client,
        use_server_proxy=use_server_proxy,
        expires=expires,
    ).parsed


async def asyncio_detailed(
    sandbox_id: str,
    port: int,
    *,
    client: AuthenticatedClient | Client,
    use_server_proxy: bool | Unset = False,
    expires: str | Unset = UNSET,
) -> Response[Endpoint]:
    """Resolve a port to an address

     How to reach a port of the sandbox from where the caller is. 404 with code
    `KUBERNETES::POD_IP_NOT_AVAILABLE` means "not yet" and may be polled; every other 404 is final.

    Args:
        sandbox_id (str):
        port (int):
        use_server_proxy (bool | Unset):  Default: False.
        expires (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Endpoint]
    """

    kwargs = _get_kwargs(
        sandbox_id=sandbox_id,
        port=port,
        use_server_proxy=use_server_proxy,
        expires=expires,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    sandbox_id: str,
    port: int,
    *,
    client: AuthenticatedClient | Client,
    use_server_proxy: bool | Unset = False,
    expires: str | Unset = UNSET,
) -> Endpoint | None:
    """Resolve a port to an address

     How to reach a port of the sandbox from where the caller is. 404 with code
    `KUBERNETES::POD_IP_NOT_AVAILABLE` means "not yet" and may be polled; every other 404 is final.

    Args:
        sandbox_id (str):
        port (int):
        use_server_proxy (bool | Unset):  Default: False.
        expires (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Endpoint
    """

    return (
        await asyncio_detailed(
            sandbox_id=sandbox_id,
            port=port,
            client=client,
            use_server_proxy=use_server_proxy,
            expires=expires,
        )
    ).parsed
