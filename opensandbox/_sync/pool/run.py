# Generated from opensandbox/_async/pool/run.py by scripts/unasync.py. Do not edit.
"""What one `start` of a pool sets up and one `shutdown` ends: its member, plan, wake-ups and workers."""

from __future__ import annotations

import logging
import random
import uuid
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from opensandbox._concurrency.pairs import Event, Mutex, Worker, monotonic, scope_key
from opensandbox._core.deadlines import span
from opensandbox._core.pool.messages import Member
from opensandbox._core.pool.plan import PlanSettings, PoolPlan
from opensandbox._sync.calls.http import Http
from opensandbox.exceptions import PoolNotRunningException, SandboxNotFoundException
from opensandbox.models.pools import PoolSnapshot, PoolState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opensandbox._core.pool.statistics import Statistics
    from opensandbox._sync.control.manager import SandboxManagerSync
    from opensandbox._sync.pool.config import PoolConfig
    from opensandbox._sync.pool.store import CoordinatingStore
    from opensandbox._sync.sandbox import SandboxSync
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.pools import PoolLifecycleState, PoolStatistics

logger = logging.getLogger("opensandbox.pool")

SETTLED_AT_ONCE = 64
GIVE_UPS = 2
"""How many times to report an abandoned acquire: Redis may run the original command after the first cancellation."""


class PoolRun:
    """The shared state of a running pool. `lock` guards the plan and the numbers; nobody waits for anything while holding it."""

    def __init__(
        self,
        config: PoolConfig,
        store: CoordinatingStore,
        statistics: Statistics,
        manager: SandboxManagerSync,
        sandbox_factory: type[SandboxSync],
    ) -> None:
        self.config = config
        self.store = store
        self.statistics = statistics
        self.manager = manager
        self.sandbox_factory = sandbox_factory
        self.connection_config = never_closed(config.connection_config)
        # Held open: with nobody attached, the next acquire would have to connect anew, and over TLS to shake hands.
        self.connections = Http(self.connection_config)
        self.connections.transport()
        self.scope = scope_key()
        self.member = Member(config.owner_id or "", uuid.uuid4().hex[:12])
        self.plan = PoolPlan(self.member, _settings(config), monotonic())
        self.fill_failure: Exception | None = None
        self.lock = Mutex()
        self.wake = Event()
        self.stopping = Event()
        self.listening = Event()
        self.quiet = Event()
        self.quiet.set()
        self.draining = False
        self.destroyed = False
        self.operations = 0
        self.waiters: dict[str, Event] = {}
        self.abandoned: dict[str, int] = {}
        self._tokens = 0
        self._workers: list[Worker] = []

    @property
    def name(self) -> str:
        """The pool's name."""
        return self.config.pool_name

    def new_token(self) -> str:
        """Return a token for one take."""
        with self.lock:
            self._tokens += 1
            return f"{self.member.run}-{self._tokens}"

    # The plan

    @contextmanager
    def changing_plan(self) -> Iterator[PoolPlan]:
        """Hold the lock while the caller changes the plan, then wake the reconciler."""
        with self.changing() as plan:
            yield plan
            self._note_quiet()
        self.wake.set()

    @contextmanager
    def changing(self) -> Iterator[PoolPlan]:
        """Hold the lock while the caller changes the plan. Callers who wait for the first fill hear of its end."""
        with self.lock:
            filling = self.plan.fill.is_under_way(monotonic())
            yield self.plan
            filled = filling and not self.plan.fill.is_under_way(monotonic())
        if filled:
            self.wake_waiters()

    def fill_left(self) -> float:
        """Return the seconds that the first fill may still take; 0 when it is over."""
        with self.lock:
            return self.plan.fill.left(monotonic())

    def abandon(self, token: str) -> None:
        """Have a take given up of which nobody knows whether it was done, or still will be."""
        with self.lock:
            self.abandoned[token] = GIVE_UPS

    def condemn(self, sandbox_id: str, token: str | None = None) -> None:
        """Have a sandbox killed that nobody will use."""
        with self.changing_plan() as plan:
            plan.condemn(sandbox_id, token)

    def count(self, name: str, by: int = 1) -> None:
        """Count an event."""
        with self.lock:
            self.statistics.count(name, by)

    def took(self, name: str, seconds: float) -> None:
        """Note how long something took."""
        with self.lock:
            self.statistics.took(name, seconds)

    def some_settled(self) -> tuple[str, ...]:
        """Return takes that came to their end, for the next command to carry along."""
        with self.lock:
            return tuple(islice(self.plan.settled, SETTLED_AT_ONCE))

    def chance(self) -> float:
        """Throw a die in [0, 1)."""
        return random.random()  # noqa: S311 - to spread attempts

    # Who is at work

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Count as under way; `shutdown` waits for its end."""
        with self.lock:
            if self.draining:
                raise PoolNotRunningException(
                    f"pool {self.name!r} is shutting down; acquire from another member, or start it again"
                )
            self.operations += 1
            self.quiet.clear()
        try:
            yield
        finally:
            with self.lock:
                self.operations -= 1
                self._note_quiet()

    def _note_quiet(self) -> None:
        if self.operations == 0 and self.plan.warming == 0:
            self.quiet.set()
        else:
            self.quiet.clear()

    def drain(self) -> None:
        """Let nothing new begin; those who queue are sent home."""
        with self.lock:
            self.draining = self.plan.draining = True
            self._note_quiet()
        self.wake_waiters()

    def begin(self, work: Callable[[], None], name: str) -> None:
        """Start a background worker that `join` waits for."""
        with self.lock:
            self._workers = [worker for worker in self._workers if worker.alive]
            self._workers.append(Worker(work, f"{name} of pool {self.name}"))

    def join(self, seconds: float) -> bool:
        """Wait for the workers; return whether they all ended."""
        deadline = monotonic() + seconds
        with self.lock:
            workers = list(self._workers)
        for worker in workers:
            if not worker.join(max(0.0, deadline - monotonic())):
                return False
        return True

    # Waiters

    def wake_waiters(self, tokens: tuple[str, ...] | None = None) -> None:
        """Let waiters look again: those with these tokens, or all."""
        with self.lock:
            chosen = list(self.waiters.values()) if tokens is None else []
            chosen += [self.waiters[token] for token in tokens or () if token in self.waiters]
        for event in chosen:
            event.set()

    def wake_first_waiters(self, count: int) -> None:
        """Let as many waiters look again as there may be sandboxes for."""
        with self.lock:
            tokens = tuple(islice(self.waiters, count))
        self.wake_waiters(tokens)

    # The end

    def stop(self) -> None:
        """Let the workers end."""
        self.stopping.set()
        self.wake.set()
        self.listening.set()

    def condemned(self) -> list[str]:
        """Return what is still to be killed."""
        with self.lock:
            left = [*self.plan.condemned.values()]
            self.plan.killing.update(self.plan.condemned)
            self.plan.condemned.clear()
        return [condemned.sandbox_id for condemned in left]

    def kill(self, sandbox_id: str) -> None:
        """Kill what the plan has under `killing`, and tell the plan. What is not there any more counts as killed."""
        gone = False
        try:
            self.manager.kill_sandbox(sandbox_id)
            gone = True
        except SandboxNotFoundException:
            gone = True
        except Exception as exc:
            logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox_id, self.name, exc)
        finally:
            with self.changing_plan() as plan:
                plan.kill_ended(sandbox_id, monotonic(), gone=gone)
                self.statistics.count("killed" if gone else "kill_failed")

    def unreported(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return settled takes and killed sandboxes that the store has not been told of."""
        with self.lock:
            return tuple(self.plan.settled), tuple(self.plan.killed)

    def snapshot(
        self, idle_count: int, lifecycle: PoolLifecycleState, statistics: PoolStatistics
    ) -> PoolSnapshot:
        """Return how this member fares."""
        with self.lock:
            plan, now = self.plan, monotonic()
            backoff = plan.backoff.remaining(now)
            return PoolSnapshot(
                state=PoolState.DEGRADED if plan.backoff.degraded else PoolState.HEALTHY,
                lifecycle_state=lifecycle,
                idle_count=idle_count,
                max_idle=plan.max_idle,
                failure_count=plan.backoff.failures,
                backoff_active=backoff > 0,
                last_error=plan.backoff.last_error,
                in_flight_operations=self.operations + plan.warming,
                warming_count=plan.warming,
                waiting_count=len(self.waiters),
                backoff_remaining=timedelta(seconds=backoff) if backoff > 0 else None,
                leader_epoch=plan.epoch,
                statistics=statistics,
            )

    def listens(self) -> bool:
        """Return whether wake-ups from the store concern this member now."""
        with self.lock:
            return self.plan.epoch is not None or bool(self.waiters)


def never_closed(config: ConnectionConfigSync) -> ConnectionConfigSync:
    """Return a config whose transport, if it has one, outlives the sandboxes that close themselves."""
    if config.transport is None or not config.owns_transport:
        return config
    copy = config.model_copy()
    copy._owns_transport = False
    return copy


def _settings(config: PoolConfig) -> PlanSettings:
    least = config.acquire_min_remaining_ttl
    return PlanSettings(
        max_idle=config.max_idle,
        warmup_qps=float(config.warmup_create_qps),
        warmup_concurrency=config.warmup_concurrency or 1,
        degraded_threshold=config.degraded_threshold,
        interval=span(config.reconcile_interval),
        lock_ttl=span(config.primary_lock_ttl),
        min_remaining=0.0 if least is None else span(least),
        max_create_qps=config.max_create_qps,
        max_concurrent_creates=config.max_concurrent_creates,
        first_fill=span(config.acquire_ready_timeout),
    )
