# Generated from opensandbox/_async/pool/acquisition.py by scripts/unasync.py. Do not edit.
"""One acquire: take a candidate, or wait for one, or create."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from opensandbox._concurrency.background import finish_or_undo
from opensandbox._concurrency.pairs import Event, monotonic
from opensandbox._core.deadlines import span
from opensandbox._core.pool.messages import Take, Taken
from opensandbox._sync.pool.candidates import RenewalFailed, attach, refuses
from opensandbox._sync.pool.creation import create_directly
from opensandbox.exceptions import (
    PoolAcquireFailedException,
    PoolEmptyException,
    PoolNotRunningException,
    PoolStateStoreUnavailableException,
    SandboxException,
    SandboxTimeoutException,
)
from opensandbox.models.pools import (
    AcquirePolicy,
    effective_max_idle_attempts,
    policy_falls_through_to_direct_create,
)

if TYPE_CHECKING:
    from datetime import timedelta

    from opensandbox._core.pool.messages import TakenSandbox
    from opensandbox._sync.pool.run import PoolRun
    from opensandbox._sync.sandbox import SandboxSync

logger = logging.getLogger("opensandbox.pool")

STORE_SECONDS: Final = 10.0
STORE_PAUSE: Final = 0.25
"""Seconds before somebody who waits asks a store again that could not be reached."""
GATE_PAUSE: Final = 0.05
"""Seconds between two looks at a gate that opens when somebody else is done."""


class Acquisition:
    """The way of one caller through the pool. `deadline` bounds the time in the queue."""

    def __init__(
        self, run: PoolRun, lifetime: timedelta | None, policy: AcquirePolicy, deadline: float
    ) -> None:
        self._run = run
        self._lifetime = lifetime
        self._policy = policy
        self._deadline = deadline
        self.sandbox: SandboxSync | None = None
        """What the caller gets, as soon as it is there."""
        self._unwanted = False
        self._bell = Event()
        self._failure: Exception | None = None
        self._began_in_fill = run.fill_left() > 0
        self._awaits_fill = False

    def give_up(self) -> None:
        """Let it go no further than it has to: its caller has gone. Called by another thread."""
        self._unwanted = True
        self._bell.set()

    def go(self) -> SandboxSync:
        """Return a sandbox, or raise as the policy says."""
        creates = policy_falls_through_to_direct_create(self._policy)
        try:
            sandbox = self._from_idle()
            if sandbox is None and not creates:
                sandbox = self._from_first_fill()
        except PoolStateStoreUnavailableException as exc:
            self._run.count("store_failures")
            if not creates:
                raise
            logger.warning("pool %r creates directly, its store is unavailable: %s", self._run.name, exc)
            sandbox = None
        if sandbox is not None:
            self._run.count("acquired")
            return sandbox
        if creates:
            return self._created()
        raise self._defeat()

    def _from_idle(self) -> SandboxSync | None:
        attempts = effective_max_idle_attempts(self._policy, self._run.config.max_acquire_retries)
        waits = self._policy is AcquirePolicy.WAIT
        while (attempts > 0 or waits) and not self._unwanted:
            attempts -= 1
            token = self._run.new_token()
            taken = self._wait(token) if waits else self._take(token, None)
            if taken.sandbox is None:
                return None
            sandbox = self._attached(taken.sandbox, token)
            if sandbox is not None:
                return sandbox
        return None

    def _from_first_fill(self) -> SandboxSync | None:
        """Wait for a sandbox while the pool is filled for the first time: it is starting then, not empty."""
        run = self._run
        # Not whether it is still: it may have ended since, and what it brought last is waiting then.
        if self._policy is AcquirePolicy.WAIT or self._failure is not None or not self._began_in_fill:
            return None
        self._awaits_fill = True
        token = run.new_token()
        taken = self._wait(token)
        return None if taken.sandbox is None else self._attached(taken.sandbox, token)

    def _left(self) -> float:
        """Return the seconds that are left to wait."""
        # Nobody rings when the time of the fill is over, so it bounds the wait.
        return self._run.fill_left() if self._awaits_fill else self._deadline - monotonic()

    def _take(self, token: str, queue_for: float | None) -> Taken:
        run = self._run
        settled = run.some_settled()
        least = run.plan.settings.min_remaining
        take = Take(run.member, token, least, settled, queue_for)
        began = monotonic()

        cancelled = False

        def ask() -> Taken:
            try:
                return run.store.take(run.name, take)
            except PoolStateStoreUnavailableException:
                if queue_for is None or cancelled:
                    run.abandon(token)  # it may have been done all the same; who waits asks again
                raise

        def undo(taken: Taken) -> None:
            # The caller has gone, and may have given its place up before this got it one.
            if taken.sandbox is not None:
                with run.changing_plan() as plan:
                    plan.took(monotonic())
                    plan.condemn(taken.sandbox.sandbox_id, token)
            elif queue_for is not None:
                self._leave_queue(token)

        try:
            taken = finish_or_undo(ask, undo, STORE_SECONDS, brief=True)
        except Exception:
            raise
        except BaseException:
            cancelled = True
            run.abandon(token)  # nobody hears the answer
            raise
        run.took("take", monotonic() - began)
        with run.changing_plan() as plan:
            plan.reported(settled, ())
            if taken.sandbox is not None:
                plan.took(monotonic())
        return taken

    def _attached(self, candidate: TakenSandbox, token: str) -> SandboxSync | None:
        """Return the candidate as a sandbox; `None` if it is of no use, which `self._failure` tells about."""
        run = self._run
        try:
            sandbox = attach(run, candidate, self._lifetime)
        except BaseException as exc:
            run.condemn(candidate.sandbox_id, token)
            if not isinstance(exc, Exception):
                raise
            if isinstance(exc, RenewalFailed) and exc.__cause__ is not None:
                raise exc.__cause__ from None
            if refuses(exc):
                raise
            logger.warning("idle sandbox %s of pool %r is of no use: %s", candidate.sandbox_id, run.name, exc)
            run.count("failed_candidates")
            self._failure = exc
            return None
        self.sandbox = sandbox
        with run.lock:
            run.plan.settled.append(token)
        return sandbox

    # Waiting

    def _wait(self, token: str) -> Taken:
        run = self._run
        began, bell = monotonic(), self._bell
        with run.lock:
            run.waiters[token] = bell
        run.listening.set()
        queued = stood = False
        try:
            while True:
                left = self._left()
                if run.draining:
                    raise PoolNotRunningException(
                        f"pool {run.name!r} shut down while this caller waited; acquire from another member"
                    )
                queued = True
                try:
                    taken = self._take(token, max(0.0, left))
                except PoolStateStoreUnavailableException:
                    if left <= 0 or self._unwanted:
                        raise
                    run.count("store_failures")
                    bell.wait_for(min(left, STORE_PAUSE))
                    continue
                if taken.sandbox is not None:
                    queued = False
                    return taken
                if left <= 0 or self._unwanted:
                    return taken
                if not stood:
                    stood = True
                    with run.changing_plan() as plan:
                        run.statistics.count("waited")
                        plan.poke()
                bell.wait_for(left)
                bell.clear()
        finally:
            with run.lock:
                run.waiters.pop(token, None)
                run.statistics.took("wait", monotonic() - began)
            if queued:
                finish_or_undo(lambda: self._leave_queue(token), None, STORE_SECONDS, brief=True)

    def _leave_queue(self, token: str) -> None:
        run = self._run
        try:
            run.store.cancel_wait(run.name, run.member, token)
        except PoolStateStoreUnavailableException:
            run.abandon(token)

    # Creating

    def _created(self) -> SandboxSync:
        run = self._run
        self._pass_gate()
        began = monotonic()
        try:
            lifetime = self._lifetime or run.config.idle_timeout
            self.sandbox = sandbox = create_directly(run, lifetime)
        finally:
            with run.changing_plan() as plan:
                plan.gate.leave()
        run.took("create", monotonic() - began)
        run.count("direct_created")
        return sandbox

    def _pass_gate(self) -> None:
        run = self._run
        patience = span(run.config.acquire_ready_timeout)
        until = monotonic() + patience
        while True:
            if self._unwanted:
                raise self._defeat()
            with run.lock:
                wait = run.plan.gate.wait(monotonic())
                if wait == 0.0:
                    run.plan.gate.enter()
                    return
            if monotonic() >= until:
                raise SandboxTimeoutException(
                    f"pool {run.name!r} could not create a sandbox within {patience:g} s: max_create_qps or "
                    "max_concurrent_creates is exhausted; raise them, or acquire_ready_timeout"
                )
            run.stopping.wait_for(min(wait, GATE_PAUSE, max(0.0, until - monotonic())))

    def _defeat(self) -> SandboxException:
        run = self._run
        if self._failure is not None:
            return PoolAcquireFailedException(
                f"none of the idle sandboxes of pool {run.name!r} could be used, the last because of "
                f"{type(self._failure).__name__}: {self._failure}; acquire again, or let it create "
                "(AcquirePolicy.DIRECT_CREATE)",
                self._failure,
            )
        run.count("empty")
        if run.fill_failure is not None:
            return PoolEmptyException(
                f"pool {run.name!r} has no idle sandbox, its first warm-up failed: "
                f"{type(run.fill_failure).__name__}: {run.fill_failure}",
                run.fill_failure,
            )
        waits = self._policy is AcquirePolicy.WAIT
        return PoolEmptyException(
            f"pool {run.name!r} has no idle sandbox"
            + (" and none came in time" if waits else f" and policy is {self._policy.name}")
            + "; raise max_idle, wait longer (AcquirePolicy.WAIT), or let it create (AcquirePolicy.DIRECT_CREATE)"
        )
