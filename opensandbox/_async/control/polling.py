"""Waiting until the server says that something is as it should be: one poll after another, until a deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from opensandbox._async.control.readiness import Patience
from opensandbox._concurrency.pairs import async_sleep, async_with_deadline, monotonic
from opensandbox._core.control.readiness import wait_before
from opensandbox._core.deadlines import seconds
from opensandbox.exceptions import SandboxException, SandboxReadyTimeoutException, SandboxTimeoutException

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta

T = TypeVar("T")


async def wait_for(
    look: Callable[[], Awaitable[T]],
    arrived: Callable[[T], bool],
    who: str,
    timeout: timedelta | float,
    polling_interval: timedelta | float,
) -> T:
    """Return the first answer of `look` that has `arrived`, which raises for one that never will.

    Failures that may pass are looked over; what a look raises beyond that is raised. After `timeout` it is
    `SandboxReadyTimeoutException`. A blocking look is not broken off: it may last for a `request_timeout` more.
    """
    patience = Patience.starting_now(
        seconds("timeout", timeout, positive=True),
        seconds("polling_interval", polling_interval, positive=True),
    )
    first: Exception | None = None
    attempt = 0
    while True:
        attempt += 1
        pause = patience.deadline.clip(wait_before(attempt, patience.interval), monotonic())
        if pause > 0.0:
            await async_sleep(pause)
        try:
            async with async_with_deadline(patience.deadline.remaining(monotonic())):
                found = await look()
            if arrived(found):
                return found
        except TimeoutError as exc:
            first = first or exc
        except SandboxException as exc:
            # Polling is read-only: a poll that timed out can simply be repeated.
            if not exc.is_retryable and not isinstance(exc, SandboxTimeoutException):
                raise
            first = first or exc
        if patience.deadline.passed(monotonic()):
            reason = f"; first failure: {type(first).__name__}: {first}" if first else ""
            raise SandboxReadyTimeoutException(
                f"{who} was not there after {patience.budget:g} s and {attempt} looks{reason}; give it a longer timeout",
                first,
            ) from first
