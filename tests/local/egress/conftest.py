"""An internet of our own, a proxy in this process, and a server with real sandboxes."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from opensandbox.local import LocalServer
from opensandbox.local.egress.gateway import Gateway
from opensandbox.local.egress.policy import Policy, parse_policy
from opensandbox.local.egress.resolver import parse_pin
from opensandbox.local.egress.sandbox import SandboxEgress
from tests.local.egress.proxying import Proxied
from tests.local.egress.upstreams import Internet, internet
from tests.local.server.client import Api

ALLOW_EXAMPLE = {"defaultAction": "deny", "egress": [{"action": "allow", "target": "*.example.com"}]}


@pytest.fixture(scope="session")
def upstreams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    with internet(tmp_path_factory.mktemp("internet")) as servers:
        yield servers


@pytest.fixture
def net(upstreams: Internet) -> Internet:
    """The upstreams, with nothing seen yet."""
    for upstream in (upstreams.web, upstreams.plain, upstreams.forged, upstreams.sockets):
        upstream.seen.clear()
        upstream.connections = 0
    return upstreams


@pytest.fixture
async def gateway(net: Internet) -> Gateway:
    pins = dict(parse_pin(f"{name}={place}") for name, place in net.resolve.items())
    return Gateway(pins, net.authority)


@asynccontextmanager
async def proxied(gateway: Gateway, policy: dict[str, Any] | None) -> AsyncIterator[Proxied]:
    """The proxy of one sandbox on a loopback port of this machine."""
    parsed: Policy | None = None if policy is None else parse_policy(policy)
    egress = SandboxEgress(gateway, parsed, interception=True)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    running = Proxied(egress, port, (await gateway.authority()).pem.decode())
    egress.serve(listener)
    try:
        yield running
    finally:
        await egress.close()
        await running.close()


@pytest.fixture
async def proxy(gateway: Gateway) -> AsyncIterator[Proxied]:
    """A proxy that allows what lies below example.com."""
    async with proxied(gateway, ALLOW_EXAMPLE) as running:
        yield running


@pytest.fixture
async def open_proxy(gateway: Gateway) -> AsyncIterator[Proxied]:
    """A proxy without a policy."""
    async with proxied(gateway, None) as running:
        yield running


@pytest.fixture(scope="session")
def server(upstreams: Internet) -> Iterator[LocalServer]:
    """A server whose sandboxes see our internet."""
    with LocalServer(resolve=upstreams.resolve, upstream_ca=upstreams.authority) as running:
        yield running


@pytest.fixture
def api(server: LocalServer) -> Iterator[Api]:
    headers = {"OPEN-SANDBOX-API-KEY": server.api_key}
    with httpx.Client(base_url=f"{server.url}/v1", headers=headers, timeout=30) as client:
        api = Api(client)
        yield api
        api.delete_created()
