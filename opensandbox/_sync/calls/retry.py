# Generated from opensandbox/_async/calls/retry.py by scripts/unasync.py. Do not edit.
"""The transport that tries again: drives `_core/calls/retry.py` over any httpx transport."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Final

import httpx

from opensandbox._concurrency.pairs import monotonic, sleep
from opensandbox._core.calls.retry import (
    NOT_BEGUN,
    STALE_RETRIES,
    Attempts,
    Failure,
    next_delay,
    parse_retry_after,
)
from opensandbox._core.deadlines import Deadline, span
from opensandbox._core.net.handshakes import way_out
from opensandbox._sync.calls.announcements import announce
from opensandbox._sync.calls.middleware import through
from opensandbox._sync.calls.options import OPTIONS, CallOptions
from opensandbox._sync.calls.waking import Waking
from opensandbox._sync.net.foreign import HttpxTransport, of_httpx
from opensandbox._sync.net.watch import CURRENT, Watch
from opensandbox.transport.retry import RetryCause, RetryPolicy

REACHED_NOBODY: Final = frozenset(
    {RetryCause.PRE_SEND, RetryCause.STATUS_502, RetryCause.STATUS_503, RetryCause.STATUS_504}
)
"""Failures behind which there may be nobody left to answer."""


class RetrySyncTransport(httpx.BaseTransport):
    """An httpx transport that repeats what failed without having happened, as `policy` allows.

    `inner` is closed together with this transport only when `owns_inner` is true. `rng` spreads the waits; pass a seeded
    one to make them repeatable.

        transport = RetrySyncTransport(httpx.HTTPTransport(), RetryPolicy(max_retries=5), owns_inner=True)
    """

    def __init__(
        self,
        inner: HttpxTransport,
        policy: RetryPolicy,
        *,
        owns_inner: bool = False,
        rng: random.Random | None = None,
    ) -> None:
        self._inner = of_httpx(inner)
        self._policy = policy
        self._owns_inner = owns_inner
        self._uniform = (rng or random).uniform

    @property
    def inner(self) -> httpx.BaseTransport:
        """Return the transport underneath."""
        return self._inner

    def close(self) -> None:
        """Close the inner transport if it belongs to this one."""
        if self._owns_inner:
            self._inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request until it succeeds, must not be repeated, or the policy or the deadline says stop."""
        options: CallOptions = request.extensions.get(OPTIONS) or CallOptions()
        policy = options.policy or self._policy
        deadline = options.deadline
        if policy.overall_deadline is not None:
            deadline = deadline.earlier(Deadline.after(span(policy.overall_deadline), monotonic()))
        replayable = isinstance(request.stream, httpx.ByteStream)
        attempts = Attempts()
        waking = Waking(options.waking or self._policy, deadline)
        stale = 0
        lost = False
        send = through(options.middleware, self._inner.handle_request)
        while True:
            watch = Watch(_attempt_deadline(policy, deadline))
            response: httpx.Response | None = None
            error: httpx.TransportError | None = None
            token = CURRENT.set(watch)
            try:
                response = send(request)
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
                lost = True
                continue
            if response is not None and waking.concerns(response, replayable=replayable):
                waking.wait(response, request, attempts.retries)
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
                watch.after_lost_answer = lost
                response.extensions[OPTIONS] = watch
                return response
            # A proxy that refuses has not passed the request on.
            lost = lost or not (failure.cause in NOT_BEGUN or isinstance(error, httpx.ProxyError))
            if response is not None:
                response.close()
            if options.before_retry is not None and attempts.retries == 0 and failure.cause in REACHED_NOBODY:
                options.before_retry(error)
            announce(
                policy,
                request,
                response,
                error,
                failure.cause,
                earlier=attempts.retries + waking.answers,
                allowed=f"{attempts.retries + 1} of {policy.max_retries}",
                delay=delay,
            )
            if delay > 0.0:
                sleep(delay)
            attempts = Attempts(attempts.retries + 1, delay)


def _attempt_deadline(policy: RetryPolicy, deadline: Deadline) -> Deadline:
    if policy.per_attempt_timeout is None:
        return deadline
    return deadline.earlier(Deadline.after(span(policy.per_attempt_timeout), monotonic()))


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
