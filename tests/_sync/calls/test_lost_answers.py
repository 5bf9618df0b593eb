# Generated from tests/_async/calls/test_lost_answers.py by scripts/unasync.py. Do not edit.
"""Which failures count as an answer that was lost: those after which the request may have been carried out."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from opensandbox import SandboxManagerSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import SandboxNotFoundException
from opensandbox.transport import RetrySyncTransport
from opensandbox.transport.retry import RetryPolicy


class FailsOnce(httpx.BaseTransport):
    """Fails the first time; then the sandbox is not there."""

    def __init__(self, failure: Exception) -> None:
        self.failures = [failure]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Fail, or answer 404."""
        if self.failures:
            raise self.failures.pop()
        return httpx.Response(404, json={"code": "NOT_FOUND", "message": "no such sandbox"}, request=request)


def killed_after(failure: Exception) -> None:
    policy = RetryPolicy(max_retries=2, initial_backoff=timedelta(milliseconds=1))
    transport = RetrySyncTransport(FailsOnce(failure), policy)
    config = ConnectionConfigSync(domain="sandboxes.example.com", transport=transport)
    with SandboxManagerSync.create(config) as manager:
        manager.kill_sandbox("never-existed")


@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), httpx.RemoteProtocolError("hung up")])
def test_what_was_sent_may_have_been_done(failure: Exception) -> None:
    killed_after(failure)


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("silence"), httpx.ProxyError("502")]
)
def test_what_was_not_passed_on_has_not_been_done(failure: Exception) -> None:
    with pytest.raises(SandboxNotFoundException):
        killed_after(failure)
