"""A request that is cancelled at any wait leaves no connection in use, by whichever route it goes, and none that is open and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from opensandbox._async.net.transports import RoutingTransport, settings_of
from opensandbox.config import ConnectionConfig
from tests.support.authorities import authority_file, server_context
from tests.support.cancellation import When, cancelled_at_every_wait
from tests.support.faults import FIN, FaultServer, answer, chunk, head
from tests.support.proxy import Proxy
from tests.support.socks import SocksProxy
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=10, keepalive_expiry=60.0)
TIMEOUTS = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0}
BODIES = {
    "counted": [answer(200, b"x" * 100)],
    "in chunks": [head(200, transfer_encoding="chunked"), chunk(b"one"), chunk(b"two"), chunk(b"")],
    "until the end": [head(200, connection="close"), b"some", FIN],
}


class Way:
    """A server, and a transport that reaches it by some route.

    By address: where asyncio tries several addresses of a name at once, a cancellation may lose a socket until it is collected.
    """

    def __init__(
        self, server: FaultServer, scheme: str, config: ConnectionConfig, limits: httpx.Limits
    ) -> None:
        self.server = server
        self.url = f"{scheme}://127.0.0.1:{server.port}/place"
        self.transport = RoutingTransport(settings_of(config), limits)

    async def use(self) -> bytes:
        """Send a request, and read the answer to its end."""
        request = httpx.Request("POST", self.url, content=pieces(), extensions={"timeout": TIMEOUTS})
        response = await self.transport.handle_async_request(request)
        try:
            return await response.aread()
        finally:
            await response.aclose()

    async def check(self) -> None:
        """See that what is open is kept, and that nothing is in use."""
        pools = [each.connections for each in self.transport._pools.values()]
        assert [connection for pool in pools for connection in pool.in_use] == []
        idle = sum(len(pool.idle) for pool in pools)
        await async_until(lambda: self.server.open == idle)


async def pieces() -> AsyncIterator[bytes]:
    for piece in (b"some", b"more"):
        yield piece


@pytest.fixture(
    params=["plain", "encrypted", "forwarded", "tunnelled", "through an encrypted proxy", "SOCKS", "limited"]
)
def way(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    kind = request.param
    monkeypatch.setenv("SSL_CERT_FILE", authority_file(tmp_path))
    encrypted = kind in ("encrypted", "tunnelled", "through an encrypted proxy", "SOCKS")
    with ExitStack() as stack:
        options: dict[str, Any] = {}
        if kind in ("forwarded", "tunnelled"):
            options["proxy"] = f"http://{stack.enter_context(Proxy()).address}"
        elif kind == "through an encrypted proxy":
            port = stack.enter_context(Proxy(tls=server_context("127.0.0.1"))).address.rpartition(":")[2]
            options["proxy"] = f"https://127.0.0.1:{port}"
        elif kind == "SOCKS":
            options["proxy"] = f"socks5://{stack.enter_context(SocksProxy('user:password')).address}"
            options["proxy"] = options["proxy"].replace("://", "://user:password@")
        server = stack.enter_context(FaultServer(server_context("127.0.0.1") if encrypted else None))
        limits = httpx.Limits(max_connections=1, keepalive_expiry=60.0) if kind == "limited" else LIMITS
        yield Way(server, "https" if encrypted else "http", ConnectionConfig(**options), limits)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_cancelled_request_leaves_its_connection_idle_or_closed(
    way: Way, body: list[Any], when: When
) -> None:
    way.server.always("POST /place", body)
    async for run in cancelled_at_every_wait(way.use, when):
        assert run.failure is None, run
        await way.check()
    await way.transport.aclose()
    await async_until(lambda: way.server.open == 0)
