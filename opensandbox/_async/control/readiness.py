"""Polls until a sandbox is ready: with a growing interval, one time budget, and the first real failure as cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opensandbox._concurrency.pairs import async_sleep, async_with_deadline, monotonic
from opensandbox._core.calls.outages import is_due, may_have_ended
from opensandbox._core.control.readiness import is_final, is_pending, poll_limit, wait_before
from opensandbox._core.deadlines import Deadline
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxConnectTimeoutException,
    SandboxException,
    SandboxReadyTimeoutException,
    SandboxTerminatedException,
    SandboxTimeoutException,
)
from opensandbox.models.creation import CreationStep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.control.progress import Waiting


class Patience(NamedTuple):
    """How long, and how often, to poll."""

    budget: float
    interval: float
    deadline: Deadline

    @classmethod
    def starting_now(cls, budget: float, interval: float) -> Patience:
        """Return a budget that runs from this moment."""
        return cls(budget, interval, Deadline.after(budget, monotonic()))

    def poll_deadline(self) -> Deadline:
        """Return the deadline of the poll that begins now, so that one that hangs does not use up the budget."""
        return self.deadline.earlier(Deadline.after(poll_limit(self.budget), monotonic()))


class StateWatch:
    """Polls the state of a sandbox during a wait, at a longer interval: a sandbox that has ended never gets ready."""

    def __init__(self, see_alive: Callable[[Deadline], Awaitable[str | None]]) -> None:
        self._see_alive = see_alive
        self._last = monotonic()
        self._polled = False
        self._remark: str | None = None

    async def poll(self, deadline: Deadline, failure: Exception | None) -> str | None:
        """Poll the state if it is due, and return the latest result; raises `SandboxTerminatedException`."""
        now = monotonic()
        suspicious = not self._polled and isinstance(failure, SandboxException) and may_have_ended(failure)
        if (suspicious or is_due(self._last, now)) and not deadline.passed(now):
            self._last, self._polled = now, True
            self._remark = await self._see_alive(deadline)
        return self._remark


async def find(
    look_up: Callable[[Deadline], Awaitable[object]],
    patience: Patience,
    who: str,
    state: StateWatch,
    waiting: Waiting | None = None,
) -> None:
    """Look up an address until it is published, and retry lookups without an answer. Every other failure is final."""
    first: SandboxException | None = None
    attempt = 0
    while True:
        attempt += 1
        await _pause_before(attempt, patience)
        failure: SandboxException
        try:
            await look_up(patience.poll_deadline())
        except SandboxApiException as exc:
            if not is_pending(exc.status_code, exc.error.code):
                raise
            failure = exc
        except SandboxConnectTimeoutException:
            raise  # nobody is there to look anything up
        except SandboxTimeoutException as exc:
            failure = exc
        else:
            return
        first = first or failure
        if waiting is not None:
            waiting.report(
                CreationStep.PENDING, "its address, which is not published yet: its state is Pending"
            )
        remark = await state.poll(patience.deadline, failure)
        if patience.deadline.passed(monotonic()):
            raise _not_ready(who, patience, attempt, first, remark) from first


async def wait_until(
    check: Callable[[Deadline], Awaitable[bool]],
    patience: Patience,
    who: str,
    state: StateWatch | None = None,
    waiting: Waiting | None = None,
    *,
    auth_is_final: bool,
) -> None:
    """Poll `check` until it returns true. It may raise; 401 and 403 end the wait if `auth_is_final`.

    The end of the sandbox always ends the wait, whether `check` raises or `state` reports it.
    """
    remark: str | None = None
    first: Exception | None = None
    attempt = 0
    while True:
        attempt += 1
        await _pause_before(attempt, patience)
        deadline = patience.deadline
        failure: Exception | None = None
        if waiting is not None:
            waiting.report(CreationStep.PING, "its first successful health check")
        try:
            async with async_with_deadline(deadline.remaining(monotonic())):
                healthy = await check(patience.poll_deadline())
            # A yes that comes too late is a no: whoever waited has been promised an end.
            if healthy and not deadline.passed(monotonic()):
                return
        except SandboxTerminatedException:
            raise
        except SandboxApiException as exc:
            if auth_is_final and is_final(exc.status_code):
                raise
            failure = exc
        except Exception as exc:
            failure = exc
        first = first or failure
        if state is not None:
            remark = await state.poll(deadline, failure)
        if deadline.passed(monotonic()):
            raise _not_ready(who, patience, attempt, first, remark) from first


async def _pause_before(attempt: int, patience: Patience) -> None:
    wait = patience.deadline.clip(wait_before(attempt, patience.interval), monotonic())
    if wait > 0.0:
        await async_sleep(wait)


def _not_ready(
    who: str, patience: Patience, looks: int, first: Exception | None, remark: str | None
) -> SandboxReadyTimeoutException:
    reason = (
        "its health check kept saying no"
        if first is None
        else f"first failure: {type(first).__name__}: {first}"
    )
    return SandboxReadyTimeoutException(
        f"{who} was not ready after {patience.budget:g} s and {looks} looks ({reason}); "
        + (remark or "give it more time, or read get_diagnostic_logs to see what keeps it"),
        first,
    )
