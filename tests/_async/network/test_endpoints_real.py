"""A program that listens inside a real sandbox of the embedded server, reached on every route."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException
from opensandbox.local import LocalServer
from opensandbox.models import EndpointRoute

pytestmark = pytest.mark.anyio

ROUTES = {
    "direct": EndpointRoute.direct,
    "server": EndpointRoute.through_server,
    "signed": lambda: EndpointRoute.signed(int(time.time()) + 600),
}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    """A sandbox that lets nobody in without its token, and serves the file `page` on port 8000."""
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    serving = (
        "mkdir /tmp/www && echo from inside > /tmp/www/page && exec python3 -m http.server -d /tmp/www 8000"
    )
    async with Sandbox.ephemeral(
        "ubuntu",
        connection_config=config,
        secure_access=True,
        entrypoint=["sh", "-c", serving],
        timeout=timedelta(minutes=5),
    ) as sandbox:
        waiting = "until python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 8000))' 2>/dev/null; do sleep 0.05; done"
        await sandbox.commands.run(waiting, check=True)
        yield sandbox


@pytest.mark.parametrize("route", ROUTES)
async def test_a_port_is_reached_on_every_route(sandbox: Sandbox, route: str) -> None:
    async with sandbox.http(8000, ROUTES[route]()) as client:
        response = await client.get("/page")
        assert (response.status_code, response.text) == (200, "from inside\n")
        assert (await client.get("/missing")).status_code == 404


async def test_a_signed_address_is_all_that_anybody_needs(sandbox: Sandbox) -> None:
    link = await sandbox.url(8000, ROUTES["signed"]())
    assert _get(f"{link}/page") == (200, "from inside\n")
    # One letter of the signature changed:
    changed = link[:-2] + ("0" if link[-2] != "0" else "1") + link[-1]
    assert _get(f"{changed}/page")[0] in (401, 403, 404)


async def test_without_a_signature_the_address_alone_lets_nobody_in(sandbox: Sandbox) -> None:
    endpoint = await sandbox.get_endpoint(8000)
    assert _get(f"http://{endpoint.endpoint}/page")[0] == 401
    with pytest.raises(InvalidArgumentException):
        await sandbox.url(8000)


def _get(address: str) -> tuple[int, str]:
    response: Any = httpx.get(address, trust_env=False)
    return response.status_code, response.text
