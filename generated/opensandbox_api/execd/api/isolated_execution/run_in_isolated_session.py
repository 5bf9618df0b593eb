# Written by scripts/generate.py from openapi/execd.yaml. Do not edit; change the source and run `make gen`.
from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from ...client import AuthenticatedClient, Client
from ... import errors
from ...models.isolated_background_run_response import IsolatedBackgroundRunResponse
from ...models.isolated_run_request import IsolatedRunRequest
from ...types import Response


def _get_kwargs(
    session_id: str,
    *,
    body: IsolatedRunRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/isolated/session/{session_id}/run".format(
            session_id=quote(str(session_id), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> IsolatedBackgroundRunResponse | str | None:
    if response.status_code == 200:
        response_200 = response.text
        return response_200

    if response.status_code == 202:
        response_202 = IsolatedBackgroundRunResponse.from_dict(response.json())

        return response_202

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[IsolatedBackgroundRunResponse | str]:
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
    body: IsolatedRunRequest,
) -> Response[IsolatedBackgroundRunResponse | str]:
    """Run shell code in an isolated session

     Runs of one session queue up. In the foreground the events have no `init`; hanging up interrupts the
    run and leaves the session usable. In the background the answer is 202 and a run to ask about.
    Directory and variables carry over unless `envs` is given.

    Args:
        session_id (str):
        body (IsolatedRunRequest): What to run in an isolated session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedBackgroundRunResponse | str]
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
    body: IsolatedRunRequest,
) -> IsolatedBackgroundRunResponse | str | None:
    """Run shell code in an isolated session

     Runs of one session queue up. In the foreground the events have no `init`; hanging up interrupts the
    run and leaves the session usable. In the background the answer is 202 and a run to ask about.
    Directory and variables carry over unless `envs` is given.

    Args:
        session_id (str):
        body (IsolatedRunRequest): What to run in an isolated session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedBackgroundRunResponse | str
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
    body: IsolatedRunRequest,
) -> Response[IsolatedBackgroundRunResponse | str]:
    """Run shell code in an isolated session

     Runs of one session queue up. In the foreground the events have no `init`; hanging up interrupts the
    run and leaves the session usable. In the background the answer is 202 and a run to ask about.
    Directory and variables carry over unless `envs` is given.

    Args:
        session_id (str):
        body (IsolatedRunRequest): What to run in an isolated session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[IsolatedBackgroundRunResponse | str]
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
    body: IsolatedRunRequest,
) -> IsolatedBackgroundRunResponse | str | None:
    """Run shell code in an isolated session

     Runs of one session queue up. In the foreground the events have no `init`; hanging up interrupts the
    run and leaves the session usable. In the background the answer is 202 and a run to ask about.
    Directory and variables carry over unless `envs` is given.

    Args:
        session_id (str):
        body (IsolatedRunRequest): What to run in an isolated session.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        IsolatedBackgroundRunResponse | str
    """

    return (
        await asyncio_detailed(
            session_id=session_id,
            client=client,
            body=body,
        )
    ).parsed
