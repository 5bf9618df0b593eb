# Generated from tests/_async/net/test_connections_kept.py by scripts/unasync.py. Do not edit.
"""Which connections are kept while nobody uses them, and what they cost those who do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from opensandbox._sync.calls.http import Http
from opensandbox._sync.net import transports
from opensandbox._sync.net.wire import WatchedStream
from opensandbox.config import ConnectionConfigSync
from tests._sync.leaks import connections, nothing_is_left
from tests.support.deployment import Deployment
from tests.support.waiting import until


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with Deployment() as deployment:
        deployment.add("box")
        yield deployment
        nothing_is_left(deployment)


def at_once(http: Http, count: int) -> None:
    """Have so many requests under way at the same time, so that each needs a connection of its own."""
    with http.control_plane().stream("GET", "/sandboxes/box") as response:
        if count > 1:
            at_once(http, count - 1)
        response.read()


def test_surplus_connections_are_closed(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "MAX_KEEPALIVE", 2)
    http = Http(ConnectionConfigSync(domain=deployment.address, trust_env=False))
    at_once(http, 5)
    until(lambda: deployment.open == 2)
    at_once(http, 2)
    assert deployment.open == 2
    http.close()


def test_idle_connections_end_with_their_time(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transports, "KEEPALIVE_EXPIRY", 0.0)
    http = Http(ConnectionConfigSync(domain=deployment.address, trust_env=False))
    at_once(http, 3)
    at_once(http, 1)
    until(lambda: deployment.open <= 1)
    http.close()


def test_request_looks_at_the_connection_it_uses_and_at_no_other(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def get_extra_info(stream: WatchedStream, info: str) -> Any:
        asked.append(info)
        return stream._stream.get_extra_info(info)

    http = Http(ConnectionConfigSync(domain=deployment.address, trust_env=False))
    at_once(http, 6)
    assert len(connections()) == 6
    monkeypatch.setattr(WatchedStream, "get_extra_info", get_extra_info)
    at_once(http, 1)
    assert asked.count("is_readable") == 1
    http.close()
