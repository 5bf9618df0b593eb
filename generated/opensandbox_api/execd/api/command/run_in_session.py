# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.run_in_session_request import RunInSessionRequest
from ...types import Response


def _get_kwargs(
    session_id: str,
    *,
    body: RunInSessionRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/session/{session_id}/run".format(
            session_id=quote(str(session_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> str | None:
    if response.status_code == 200:
        response_200 = response.text
        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[str]:
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
    body: RunInSessionRequest,
) -> Response[str]:
    """Run a command in a shell session

     Streams like a command, with both outputs as `stdout`. The command is killed when the caller hangs
    up. Functions, aliases and unexported variables do not carry over, and two runs at once do not see
    each other. An unknown session is a 500.

    Args:
        session_id (str):
        body (RunInSessionRequest): What to run in a shell session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunInSessionRequest,
) -> str | None:
    """Run a command in a shell session

     Streams like a command, with both outputs as `stdout`. The command is killed when the caller hangs
    up. Functions, aliases and unexported variables do not carry over, and two runs at once do not see
    each other. An unknown session is a 500.

    Args:
        session_id (str):
        body (RunInSessionRequest): What to run in a shell session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return sync_detailed(
        session_id=session_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunInSessionRequest,
) -> Response[str]:
    """Run a command in a shell session

     Streams like a command, with both outputs as `stdout`. The command is killed when the caller hangs
    up. Functions, aliases and unexported variables do not carry over, and two runs at once do not see
    each other. An unknown session is a 500.

    Args:
        session_id (str):
        body (RunInSessionRequest): What to run in a shell session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[str]
    """

    kwargs = _get_kwargs(
        session_id=session_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    session_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: RunInSessionRequest,
) -> str | None:
    """Run a command in a shell session

     Streams like a command, with both outputs as `stdout`. The command is killed when the caller hangs
    up. Functions, aliases and unexported variables do not carry over, and two runs at once do not see
    each other. An unknown session is a 500.

    Args:
        session_id (str):
        body (RunInSessionRequest): What to run in a shell session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        str
    """

    return (
        await asyncio_detailed(
            session_id=session_id,
            client=client,
            body=body,
        )
    ).parsed
