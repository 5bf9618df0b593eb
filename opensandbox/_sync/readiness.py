# Generated from opensandbox/_async/readiness.py by scripts/unasync.py. Do not edit.
"""Waiting until something is ready: dense looks at first, one budget for all, and the first real cause kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from opensandbox._concurrency import monotonic, sleep, with_deadline
from opensandbox._core.deadlines import Deadline
from opensandbox._core.readiness import is_final, is_pending, look_limit, wait_before
from opensandbox.exceptions import (
    SandboxApiException,
    SandboxReadyTimeoutException,
    SandboxTimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox.exceptions import SandboxException


class Patience(NamedTuple):
    """How long, and how often, to look."""

    budget: float
    interval: float
    deadline: Deadline

    @classmethod
    def starting_now(cls, budget: float, interval: float) -> Patience:
        """Return a budget that runs from this moment."""
        return cls(budget, interval, Deadline.after(budget, monotonic()))

    def look(self) -> Deadline:
        """Return when to give up the look that begins now: one that hangs must not use up everything."""
        return self.deadline.earlier(Deadline.after(look_limit(self.budget), monotonic()))


def find(look_up: Callable[[Deadline], object], patience: Patience, who: str) -> None:
    """Look an address up until it is published, or the lookup answers at all. Every other failure is final."""
    first: SandboxException | None = None
    attempt = 0
    while True:
        attempt += 1
        _pause_before(attempt, patience)
        try:
            look_up(patience.look())
        except SandboxApiException as exc:
            if not is_pending(exc.status_code, exc.error.code):
                raise
            first = first or exc
        except SandboxTimeoutException as exc:
            first = first or exc
        else:
            return
        if patience.deadline.passed(monotonic()):
            raise _not_ready(who, patience, attempt, first) from first


def wait_until(
    check: Callable[[Deadline], bool], patience: Patience, who: str, *, auth_is_final: bool
) -> None:
    """Ask `check` until it says yes. It may raise as well; 401 and 403 end the wait where `auth_is_final`."""
    first: Exception | None = None
    attempt = 0
    while True:
        attempt += 1
        _pause_before(attempt, patience)
        deadline = patience.deadline
        try:
            with with_deadline(deadline.remaining(monotonic())):
                healthy = check(patience.look())
            # A yes that comes too late is a no: whoever waited has been promised an end.
            if healthy and not deadline.passed(monotonic()):
                return
        except SandboxApiException as exc:
            if auth_is_final and is_final(exc.status_code):
                raise
            first = first or exc
        except Exception as exc:
            first = first or exc
        if deadline.passed(monotonic()):
            raise _not_ready(who, patience, attempt, first) from first


def _pause_before(attempt: int, patience: Patience) -> None:
    wait = patience.deadline.clip(wait_before(attempt, patience.interval), monotonic())
    if wait > 0.0:
        sleep(wait)


def _not_ready(
    who: str, patience: Patience, looks: int, first: Exception | None
) -> SandboxReadyTimeoutException:
    reason = (
        "its health check kept saying no"
        if first is None
        else f"first failure: {type(first).__name__}: {first}"
    )
    return SandboxReadyTimeoutException(
        f"{who} was not ready after {patience.budget:g} s and {looks} looks ({reason}); give it more time, "
        "or read get_diagnostic_logs to see what keeps it",
        first,
    )
