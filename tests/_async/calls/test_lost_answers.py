"""Which failures count as an answer that was lost: those after which the request may have been carried out."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from opensandbox import SandboxManager
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.transport import RetryAsyncTransport
from opensandbox.transport.retry import RetryPolicy

pytestmark = pytest.mark.anyio


class FailsOnce(httpx.AsyncBaseTransport):
    """Fails the first time; then the sandbox is not there."""

    def __init__(self, failure: Exception) -> None:
        self.failures = [failure]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Fail, or answer 404."""
        if self.failures:
            raise self.failures.pop()
        return httpx.Response(404, json={"code": "NOT_FOUND", "message": "no such sandbox"}, request=request)


async def killed_after(failure: Exception) -> None:
    policy = RetryPolicy(max_retries=2, initial_backoff=timedelta(milliseconds=1))
    transport = RetryAsyncTransport(FailsOnce(failure), policy)
    config = ConnectionConfig(domain="sandboxes.example.com", transport=transport)
    async with await SandboxManager.create(config) as manager:
        await manager.kill_sandbox("never-existed")


@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), httpx.RemoteProtocolError("hung up")])
async def test_what_was_sent_may_have_been_done(failure: Exception) -> None:
    await killed_after(failure)


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("silence"), httpx.ProxyError("502")]
)
async def test_what_was_not_passed_on_has_not_been_done(failure: Exception) -> None:
    with pytest.raises(SandboxNotFoundException):
        await killed_after(failure)
