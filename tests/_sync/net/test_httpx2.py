# Generated from tests/_async/net/test_httpx2.py by scripts/unasync.py. Do not edit.
"""Transports of httpx2 that a caller brings: the same answers, and the same errors, as with those of httpx."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import httpx2
import pytest

from opensandbox import SandboxSync
from opensandbox._sync.calls.retry import RetrySyncTransport
from opensandbox.exceptions import SandboxConnectionException, SandboxException, SandboxTimeoutException
from opensandbox.transport.retry import RetryPolicy
from tests._sync.attaching import BOX, config_for
from tests.support.deployment import Deployment
from tests.support.faults import FIN, HOLD, RST, Step, answer, head

RECORD = f"GET /v1/sandboxes/{BOX}"
UPLOAD = f"POST /at/{BOX}/44772/files/upload"
DOWNLOAD = f"GET /at/{BOX}/44772/files/download"


@pytest.fixture
def transport() -> Iterator[Any]:
    with httpx2.HTTPTransport() as transport:
        yield transport


def sandbox_over(deployment: Deployment, transport: Any, **more: Any) -> SandboxSync:
    deployment.add(BOX)
    return SandboxSync(BOX, connection_config=config_for(deployment, transport=transport, **more))


def test_calls_go_through_it(deployment: Deployment, transport: Any) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=9) + b"some", b"thing"])
    with sandbox_over(deployment, transport) as sandbox:
        assert (sandbox.get_info()).id == BOX
        assert (sandbox.commands.run("make")).exit_code == 0
        assert sandbox.files.read_bytes("/file") == b"something"


def test_bodies_in_memory_and_bodies_in_the_making_are_sent(deployment: Deployment, transport: Any) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"in "
        yield b"pieces"

    deployment.always("PUT /target", [answer(200)])
    url = f"http://{deployment.address}/target"
    with httpx.Client(transport=RetrySyncTransport(transport, RetryPolicy())) as client:
        for content in (b"whole", pieces()):
            assert (client.put(url, content=content)).status_code == 200
    assert [request.body for request in deployment.requests] == [b"whole", b"in pieces"]


@pytest.mark.parametrize(
    ("script", "kind", "reason"),
    [
        ([HOLD], SandboxTimeoutException, "request_timeout"),
        ([FIN], SandboxConnectionException, "broke"),
        ([RST], SandboxConnectionException, "broke"),
        ([head(200, content_length=9) + b"{", FIN], SandboxConnectionException, "broke"),
        ([head(200, content_length=9) + b"{", HOLD], SandboxTimeoutException, "request_timeout"),
        ([b"nonsense\r\n\r\n"], SandboxConnectionException, "broke"),
    ],
)
def test_failures_are_told_apart(
    deployment: Deployment, transport: Any, script: list[Step], kind: type[SandboxException], reason: str
) -> None:
    deployment.script(RECORD, script)
    config = {"request_timeout": timedelta(seconds=0.3)} if HOLD in script else {}
    with sandbox_over(deployment, transport, **config) as sandbox:
        with pytest.raises(kind, match=reason):
            sandbox.get_info()


def test_nobody_at_the_address_is_unreachable(transport: Any) -> None:
    with Deployment() as gone:
        pass_by = sandbox_over(gone, transport)
    with pass_by as sandbox:
        with pytest.raises(SandboxConnectionException, match="cannot reach"):
            sandbox.get_info()


def test_retrying_transport_repeats_over_it(deployment: Deployment, transport: Any) -> None:
    deployment.script(RECORD, [RST], [answer(503)])
    policy = RetryPolicy(initial_backoff=timedelta(0), max_backoff=timedelta(0))
    with sandbox_over(deployment, RetrySyncTransport(transport, policy)) as sandbox:
        assert (sandbox.get_info()).id == BOX
    assert deployment.lines() == [RECORD] * 3


@pytest.mark.parametrize(
    "name",
    [
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "ProxyError",
        "ReadTimeout",
        "WriteError",
        "UnsupportedProtocol",
    ],
)
def test_every_kind_of_error_keeps_its_name(name: str) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise getattr(httpx2, name)("the reason")

    with RetrySyncTransport(httpx2.MockTransport(fail), RetryPolicy.disabled(), owns_inner=True) as transport:
        with pytest.raises(getattr(httpx, name), match="the reason") as caught:
            transport.handle_request(httpx.Request("GET", "http://example.com/"))
    assert type(caught.value).__name__ == name


def test_unknown_kind_of_error_is_the_nearest_known_one() -> None:
    class NewTimeout(httpx2.ReadTimeout):
        pass

    def fail(request: httpx2.Request) -> httpx2.Response:
        raise NewTimeout("the reason")

    with RetrySyncTransport(httpx2.MockTransport(fail), RetryPolicy.disabled()) as transport:
        with pytest.raises(httpx.ReadTimeout, match="the reason"):
            transport.handle_request(httpx.Request("GET", "http://example.com/"))
