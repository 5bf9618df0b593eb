"""Transports of httpx2 that a caller brings: the same answers, and the same errors, as with those of httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import httpx2
import pytest

from opensandbox import Sandbox
from opensandbox._async.calls.retry import RetryAsyncTransport
from opensandbox.exceptions import SandboxConnectionException, SandboxException, SandboxTimeoutException
from opensandbox.transport.retry import RetryPolicy
from tests._async.attaching import BOX, config_for
from tests.support.deployment import Deployment
from tests.support.faults import FIN, HOLD, RST, Step, answer, head

pytestmark = pytest.mark.anyio

RECORD = f"GET /v1/sandboxes/{BOX}"
UPLOAD = f"POST /at/{BOX}/44772/files/upload"
DOWNLOAD = f"GET /at/{BOX}/44772/files/download"


@pytest.fixture
async def transport() -> AsyncIterator[Any]:
    async with httpx2.AsyncHTTPTransport() as transport:
        yield transport


def sandbox_over(deployment: Deployment, transport: Any, **more: Any) -> Sandbox:
    deployment.add(BOX)
    return Sandbox(BOX, connection_config=config_for(deployment, transport=transport, **more))


async def test_calls_go_through_it(deployment: Deployment, transport: Any) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=9) + b"some", b"thing"])
    async with sandbox_over(deployment, transport) as sandbox:
        assert (await sandbox.get_info()).id == BOX
        assert (await sandbox.commands.run("make")).exit_code == 0
        assert await sandbox.files.read_bytes("/file") == b"something"


async def test_bodies_in_memory_and_bodies_in_the_making_are_sent(
    deployment: Deployment, transport: Any
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"in "
        yield b"pieces"

    deployment.always("PUT /target", [answer(200)])
    url = f"http://{deployment.address}/target"
    async with httpx.AsyncClient(transport=RetryAsyncTransport(transport, RetryPolicy())) as client:
        for content in (b"whole", pieces()):
            assert (await client.put(url, content=content)).status_code == 200
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
async def test_failures_are_told_apart(
    deployment: Deployment, transport: Any, script: list[Step], kind: type[SandboxException], reason: str
) -> None:
    deployment.script(RECORD, script)
    config = {"request_timeout": timedelta(seconds=0.3)} if HOLD in script else {}
    async with sandbox_over(deployment, transport, **config) as sandbox:
        with pytest.raises(kind, match=reason):
            await sandbox.get_info()


async def test_nobody_at_the_address_is_unreachable(transport: Any) -> None:
    with Deployment() as gone:
        pass_by = sandbox_over(gone, transport)
    async with pass_by as sandbox:
        with pytest.raises(SandboxConnectionException, match="cannot reach"):
            await sandbox.get_info()


async def test_retrying_transport_repeats_over_it(deployment: Deployment, transport: Any) -> None:
    deployment.script(RECORD, [RST], [answer(503)])
    policy = RetryPolicy(initial_backoff=timedelta(0), max_backoff=timedelta(0))
    async with sandbox_over(deployment, RetryAsyncTransport(transport, policy)) as sandbox:
        assert (await sandbox.get_info()).id == BOX
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
async def test_every_kind_of_error_keeps_its_name(name: str) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise getattr(httpx2, name)("the reason")

    async with RetryAsyncTransport(
        httpx2.MockTransport(fail), RetryPolicy.disabled(), owns_inner=True
    ) as transport:
        with pytest.raises(getattr(httpx, name), match="the reason") as caught:
            await transport.handle_async_request(httpx.Request("GET", "http://example.com/"))
    assert type(caught.value).__name__ == name


async def test_unknown_kind_of_error_is_the_nearest_known_one() -> None:
    class NewTimeout(httpx2.ReadTimeout):
        pass

    def fail(request: httpx2.Request) -> httpx2.Response:
        raise NewTimeout("the reason")

    async with RetryAsyncTransport(httpx2.MockTransport(fail), RetryPolicy.disabled()) as transport:
        with pytest.raises(httpx.ReadTimeout, match="the reason"):
            await transport.handle_async_request(httpx.Request("GET", "http://example.com/"))
