"""Requests into a sandbox that is still being woken: sent again until it is awake, or the policy says that it took too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import httpx

from opensandbox._async.calls.announcements import announce
from opensandbox._async.calls.options import OPTIONS, CallOptions
from opensandbox._concurrency.pairs import async_sleep, monotonic
from opensandbox._core.calls.waking import may_wait, still_asleep, wake_wait
from opensandbox._core.deadlines import NO_DEADLINE, Deadline
from opensandbox._core.net.addresses import REQUEST_ID_HEADER
from opensandbox.exceptions import SandboxWakeTimeoutException
from opensandbox.transport.retry import RetryCause

if TYPE_CHECKING:
    from opensandbox.transport.retry import RetryPolicy

MAX_BODY: Final = 1 << 16
"""Bytes that are kept of the last answer."""


class Waking:
    """The waits of one request for a sandbox that is being woken."""

    __slots__ = ("_began", "_deadline", "_policy", "answers")

    def __init__(self, policy: RetryPolicy, deadline: Deadline = NO_DEADLINE) -> None:
        self._policy = policy
        self._deadline = deadline
        self._began = monotonic()
        self.answers = 0
        """How often the gateway has said that the sandbox is still asleep."""

    def concerns(self, response: httpx.Response, *, replayable: bool = True) -> bool:
        """Tell whether an answer says so, and the request can be sent again."""
        return (
            self._policy.wake_retry_enabled
            and replayable
            and still_asleep(response.status_code, response.headers)
        )

    async def wait(self, response: httpx.Response, request: httpx.Request, earlier: int = 0) -> None:
        """Wait as long as the answer asks for, and close it; `earlier` counts repetitions for other reasons.

        Raises `SandboxWakeTimeoutException` when the budget is spent.
        """
        now = monotonic()
        self.answers += 1
        wait = wake_wait(response.headers, datetime.now(UTC))
        waited = now - self._began
        if not may_wait(
            self._policy,
            answers=self.answers,
            waited=waited,
            wait=wait,
            remaining=self._deadline.remaining(now),
        ):
            raise await self._given_up(response, request, waited)
        await response.aclose()
        announce(
            self._policy,
            request,
            response,
            None,
            RetryCause.WAKE_TIMEOUT,
            earlier=earlier + self.answers - 1,
            allowed=f"{self.answers} of {self._policy.wake_max_attempts - 1}",
            delay=wait,
        )
        if wait > 0.0:
            await async_sleep(wait)

    async def _given_up(
        self, response: httpx.Response, request: httpx.Request, waited: float
    ) -> SandboxWakeTimeoutException:
        body = bytearray()
        try:
            async for piece in response.aiter_bytes():
                body += piece[: MAX_BODY - len(body)]
                if len(body) >= MAX_BODY:
                    break
        except httpx.HTTPError:
            pass  # what was said says enough
        finally:
            await response.aclose()
        return SandboxWakeTimeoutException(
            f"{request.method} {request.url.path}: the sandbox was paused and did not wake in time ({self.answers} attempts in "
            f"{waited:.1f} s); it goes on waking, and nothing was sent on to it: call again, or raise wake_overall_deadline and "
            "wake_max_attempts of the retry_policy",
            attempts=self.answers,
            waited=timedelta(seconds=waited),
            request_id=response.headers.get(REQUEST_ID_HEADER),
            response_body=bytes(body),
        )


class WakingTransport(httpx.AsyncBaseTransport):
    """A transport of the caller's own, with the waits for a sandbox that is being woken. Closing it closes nothing."""

    def __init__(self, inner: httpx.AsyncBaseTransport, policy: RetryPolicy) -> None:
        self._inner = inner
        self._policy = policy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request until the sandbox is awake."""
        options: CallOptions = request.extensions.get(OPTIONS) or CallOptions()
        waking = Waking(options.waking or self._policy, options.deadline)
        replayable = isinstance(request.stream, httpx.ByteStream)
        while True:
            response = await self._inner.handle_async_request(request)
            if not waking.concerns(response, replayable=replayable):
                return response
            await waking.wait(response, request)
