"""The transport that tries again: drives `_core.retry` over any httpx transport."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import httpx

from opensandbox._async.watch import CURRENT, Watch
from opensandbox._concurrency import async_sleep, monotonic
from opensandbox._core.addresses import REQUEST_ID_HEADER
from opensandbox._core.deadlines import NO_DEADLINE, Deadline
from opensandbox._core.handshakes import way_out
from opensandbox._core.retry import STALE_RETRIES, Attempts, Failure, next_delay, parse_retry_after
from opensandbox.transport.retry import RetryCause, RetryEvent, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger("opensandbox.transport")
# That something is tried again concerns only programs that have set up logging.
logger.addHandler(logging.NullHandler())

OPTIONS: Final = "opensandbox"
"""The key under which `CallOptions` travel in `request.extensions`."""

NO_RETRY: Final = RetryPolicy.disabled()

REACHED_NOBODY: Final = frozenset(
    {RetryCause.PRE_SEND, RetryCause.STATUS_502, RetryCause.STATUS_503, RetryCause.STATUS_504}
)
"""Failures behind which there may be nobody left to answer."""

SMALL_BODY: Final = 1 << 14
"""Bytes up to which a body is copied, to go out together with the head."""


class CallOptions(NamedTuple):
    """What one call asks of the transport."""

    policy: RetryPolicy | None = None
    """`None`: the transport's own."""
    deadline: Deadline = NO_DEADLINE
    """Covers every attempt and every wait between them."""
    idempotent: bool | None = None
    """`None`: what the method says. `False`: not even on a kept-alive connection that turns out to be dead."""
    before_retry: Callable[[BaseException | None], Awaitable[None]] | None = None
    """Asked once, with the error if there was one, before a call that reached nobody is repeated; what it raises ends the call."""


class RetryAsyncTransport(httpx.AsyncBaseTransport):
    """An httpx transport that repeats what failed without having happened, as `policy` allows.

    `inner` is closed together with this transport only when `owns_inner` is true. `rng` spreads the waits; pass a seeded
    one to make them repeatable.

        transport = RetryAsyncTransport(httpx.AsyncHTTPTransport(), RetryPolicy(max_retries=5), owns_inner=True)
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        policy: RetryPolicy,
        *,
        owns_inner: bool = False,
        rng: random.Random | None = None,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._owns_inner = owns_inner
        self._uniform = (rng or random).uniform

    @property
    def inner(self) -> httpx.AsyncBaseTransport:
        """Return the transport underneath."""
        return self._inner

    async def aclose(self) -> None:
        """Close the inner transport if it belongs to this one."""
        if self._owns_inner:
            await self._inner.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request until it succeeds, must not be repeated, or the policy or the deadline says stop."""
        options: CallOptions = request.extensions.get(OPTIONS) or CallOptions()
        policy = options.policy or self._policy
        deadline = options.deadline
        if policy.overall_deadline is not None:
            deadline = deadline.earlier(Deadline.after(policy.overall_deadline.total_seconds(), monotonic()))
        replayable = isinstance(request.stream, httpx.ByteStream)
        length = request.headers.get("Content-Length", "")
        in_one_piece = replayable and length.isdecimal() and 0 < int(length) <= SMALL_BODY
        attempts = Attempts()
        stale = 0
        while True:
            watch = Watch(_attempt_deadline(policy, deadline), in_one_piece=in_one_piece)
            response: httpx.Response | None = None
            error: httpx.TransportError | None = None
            token = CURRENT.set(watch)
            try:
                response = await self._inner.handle_async_request(request)
            except httpx.TransportError as exc:
                error = exc
            finally:
                CURRENT.reset(token)
            if (
                error is not None
                and watch.went_stale
                and replayable
                and options.idempotent is not False
                and stale < STALE_RETRIES
                and _is_cut(error)
            ):
                stale += 1
                continue
            failure = _failure_of(response, error)
            delay = None
            if failure is not None:
                delay = next_delay(
                    policy,
                    failure,
                    attempts,
                    method=request.method,
                    idempotent=options.idempotent,
                    replayable=replayable,
                    remaining=deadline.remaining(monotonic()),
                    uniform=self._uniform,
                )
            if failure is None or delay is None:
                if response is None:
                    assert error is not None
                    raise error
                # The head came within the attempt's limit; the body has what is left of the call's.
                watch.deadline = deadline
                response.extensions[OPTIONS] = watch
                return response
            if response is not None:
                await response.aclose()
            if options.before_retry is not None and attempts.retries == 0 and failure.cause in REACHED_NOBODY:
                await options.before_retry(error)
            _announce(policy, request, response, error, failure, attempts, delay)
            if delay > 0.0:
                await async_sleep(delay)
            attempts = Attempts(attempts.retries + 1, delay)


def _attempt_deadline(policy: RetryPolicy, deadline: Deadline) -> Deadline:
    if policy.per_attempt_timeout is None:
        return deadline
    return deadline.earlier(Deadline.after(policy.per_attempt_timeout.total_seconds(), monotonic()))


def _is_cut(error: httpx.TransportError) -> bool:
    return isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError)


def _failure_of(response: httpx.Response | None, error: httpx.TransportError | None) -> Failure | None:
    if response is not None:
        if response.status_code < 400:
            return None
        retry_after = parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        return Failure(RetryCause.for_status(response.status_code), response.status_code, retry_after)
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() if way_out(str(error)) is not None:
            return None
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return Failure(RetryCause.PRE_SEND)
        case httpx.ReadTimeout():
            return Failure(RetryCause.READ_TIMEOUT)
        case httpx.WriteTimeout():
            return Failure(RetryCause.WRITE_TIMEOUT)
        case httpx.RemoteProtocolError():
            return Failure(RetryCause.UNEXPECTED_EOF)
        case httpx.NetworkError() | httpx.ProxyError():
            return Failure(RetryCause.OPAQUE_TRANSPORT)
    return None


def _announce(
    policy: RetryPolicy,
    request: httpx.Request,
    response: httpx.Response | None,
    error: httpx.TransportError | None,
    failure: Failure,
    attempts: Attempts,
    delay: float,
) -> None:
    request_id: Any = None if response is None else response.headers.get(REQUEST_ID_HEADER)
    # The query may hold what a user would not want in a log.
    url = str(request.url.copy_with(query=None, fragment=None, userinfo=b""))
    logger.warning(
        "%s %s failed (%s); retry %d of %d in %.3g s",
        request.method,
        url,
        failure.cause,
        attempts.retries + 1,
        policy.max_retries,
        delay,
    )
    if policy.on_retry is None:
        return
    event = RetryEvent(
        attempt=attempts.retries + 2,
        retries_used=attempts.retries,
        method=request.method,
        url=url,
        cause=failure.cause,
        status_code=failure.status,
        backoff=timedelta(seconds=delay),
        request_id=request_id,
        exception=error,
    )
    try:
        policy.on_retry(event)
    except Exception:
        logger.exception("on_retry raised; the retry goes on")
