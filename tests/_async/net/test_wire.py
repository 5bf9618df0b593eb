"""In which pieces a request leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpcore
import pytest

from opensandbox._async.calls.http import Http
from opensandbox._async.net.connection import SMALL_BODY
from opensandbox._async.net.wire import WatchedStream
from opensandbox.config import ConnectionConfig
from tests._async.leaks import nothing_is_left
from tests.support.deployment import Deployment

pytestmark = pytest.mark.anyio

RENEWAL = "/sandboxes/box/renew-expiration"
BODY = b'{"expiresAt": "2036-01-01T00:00:00Z"}'


@pytest.fixture
async def deployment() -> AsyncIterator[Deployment]:
    with Deployment() as deployment:
        deployment.add("box")
        yield deployment
        await nothing_is_left(deployment)


class Recorder(httpcore.AsyncNetworkStream):
    """Notes what is written to it, and writes it to the stream below, if there is one."""

    def __init__(self, below: httpcore.AsyncNetworkStream | None, pieces: list[bytes]) -> None:
        self.below = below
        self.pieces = pieces

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return b"answer" if self.below is None else await self.below.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self.pieces.append(buffer)
        if self.below is not None:
            await self.below.write(buffer, timeout)

    async def aclose(self) -> None:
        if self.below is not None:
            await self.below.aclose()

    def get_extra_info(self, info: str) -> Any:
        return None if self.below is None else self.below.get_extra_info(info)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What leaves over connections that are opened from here on."""
    seen: list[bytes] = []
    made = WatchedStream.__init__
    monkeypatch.setattr(WatchedStream, "__init__", lambda stream, below: made(stream, Recorder(below, seen)))
    return seen


async def send(deployment: Deployment, **request: Any) -> None:
    headers = {"Content-Type": "application/json", **request.pop("headers", {})}
    http = Http(ConnectionConfig(domain=deployment.address, trust_env=False))
    async with http.control_plane().stream("POST", RENEWAL, headers=headers, **request) as response:
        assert response.status_code == 200
        await response.aread()
    await http.close()


async def test_small_body_leaves_together_with_the_head(deployment: Deployment, pieces: list[bytes]) -> None:
    await send(deployment, content=BODY)
    [request] = pieces
    assert request.startswith(b"POST /v1/sandboxes/box/renew-expiration HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + BODY)


async def test_large_body_is_not_copied_to_follow_the_head(
    deployment: Deployment, pieces: list[bytes]
) -> None:
    large = BODY.ljust(SMALL_BODY + 1)
    await send(deployment, content=large)
    assert [piece.endswith(b"\r\n\r\n") for piece in pieces] == [True, False]
    assert pieces[1] == large


async def test_head_does_not_wait_for_a_body_that_is_still_being_made(
    deployment: Deployment, pieces: list[bytes]
) -> None:
    sent_before: list[int] = []

    async def body() -> AsyncIterator[bytes]:
        sent_before.append(len(pieces))
        yield BODY

    await send(deployment, content=body(), headers={"Content-Length": str(len(BODY))})
    assert sent_before == [1]
