"""Which connections are kept while nobody uses them, and what they cost those who do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from opensandbox._async.calls.http import Http
from opensandbox._async.net import transports
from opensandbox._async.net.wire import WatchedStream
from opensandbox.config import ConnectionConfig
from tests._async.leaks import connections, nothing_is_left
from tests.support.deployment import Deployment
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    with Deployment() as deployment:
        deployment.add("box")
        yield deployment
        await nothing_is_left(deployment)


async def at_once(http: Http, count: int) -> None:
    """Have so many requests under way at the same time, so that each needs a connection of its own."""
    async with http.control_plane().stream("GET", "/sandboxes/box") as response:
        if count > 1:
            await at_once(http, count - 1)
        await response.aread()


async def test_surplus_connections_are_closed(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "MAX_KEEPALIVE", 2)
    http = Http(ConnectionConfig(domain=deployment.address, trust_env=False))
    await at_once(http, 5)
    await async_until(lambda: deployment.open == 2)
    await at_once(http, 2)
    assert deployment.open == 2
    await http.close()


async def test_idle_connections_end_with_their_time(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "KEEPALIVE_EXPIRY", 0.0)
    http = Http(ConnectionConfig(domain=deployment.address, trust_env=False))
    await at_once(http, 3)
    await at_once(http, 1)
    await async_until(lambda: deployment.open <= 1)
    await http.close()


async def test_request_looks_at_the_connection_it_uses_and_at_no_other(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def get_extra_info(stream: WatchedStream, info: str) -> Any:
        asked.append(info)
        return stream._stream.get_extra_info(info)

    http = Http(ConnectionConfig(domain=deployment.address, trust_env=False))
    await at_once(http, 6)
    assert len(connections()) == 6
    monkeypatch.setattr(WatchedStream, "get_extra_info", get_extra_info)
    await at_once(http, 1)
    assert asked.count("is_readable") == 1
    await http.close()
