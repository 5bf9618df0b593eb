# Generated from tests/_async/net/test_wire.py by scripts/unasync.py. Do not edit.
"""In which pieces a request leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from opensandbox._sync.calls.http import Http
from opensandbox._sync.net.connection import SMALL_BODY
from opensandbox._sync.net.wire import WatchedStream
from opensandbox.config import ConnectionConfigSync
from tests._sync.leaks import nothing_is_left
from tests.support.deployment import Deployment

RENEWAL = "/sandboxes/box/renew-expiration"
BODY = b'{"expiresAt": "2036-01-01T00:00:00Z"}'


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with Deployment() as deployment:
        deployment.add("box")
        yield deployment
        nothing_is_left(deployment)


class Recorder(httpcore.NetworkStream):
    """Notes what is written to it, and writes it to the stream below, if there is one."""

    def __init__(self, below: httpcore.NetworkStream | None, pieces: list[bytes]) -> None:
        self.below = below
        self.pieces = pieces

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return b"answer" if self.below is None else self.below.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:
            self.pieces.append(buffer)
        if self.below is not None:
            self.below.write(buffer, timeout)

    def close(self) -> None:
        if self.below is not None:
            self.below.close()

    def get_extra_info(self, info: str) -> Any:
        return None if self.below is None else self.below.get_extra_info(info)


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What leaves over connections that are opened from here on."""
    seen: list[bytes] = []
    made = WatchedStream.__init__
    monkeypatch.setattr(WatchedStream, "__init__", lambda stream, below: made(stream, Recorder(below, seen)))
    return seen


def send(deployment: Deployment, **request: Any) -> None:
    headers = {"Content-Type": "application/json", **request.pop("headers", {})}
    http = Http(ConnectionConfigSync(domain=deployment.address, trust_env=False))
    with http.control_plane().stream("POST", RENEWAL, headers=headers, **request) as response:
        assert response.status_code == 200
        response.read()
    http.close()


def test_small_body_leaves_together_with_the_head(deployment: Deployment, pieces: list[bytes]) -> None:
    send(deployment, content=BODY)
    [request] = pieces
    assert request.startswith(b"POST /v1/sandboxes/box/renew-expiration HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + BODY)


def test_large_body_is_not_copied_to_follow_the_head(deployment: Deployment, pieces: list[bytes]) -> None:
    large = BODY.ljust(SMALL_BODY + 1)
    send(deployment, content=large)
    assert [piece.endswith(b"\r\n\r\n") for piece in pieces] == [True, False]
    assert pieces[1] == large


def test_head_does_not_wait_for_a_body_that_is_still_being_made(
    deployment: Deployment, pieces: list[bytes]
) -> None:
    sent_before: list[int] = []

    def body() -> Iterator[bytes]:
        sent_before.append(len(pieces))
        yield BODY

    send(deployment, content=body(), headers={"Content-Length": str(len(BODY))})
    assert sent_before == [1]
