# Generated from opensandbox/_async/pool/pool.py by scripts/unasync.py. Do not edit.
"""A pool of warm sandboxes, as its users see it.

Longer than other files because it is one class whose every method and parameter is public and documented.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from opensandbox._concurrency.background import (
    finish_or_undo,
    in_background,
    undisturbed,
)
from opensandbox._concurrency.pairs import (
    Event,
    Mutex,
    blocking_call,
    gather_bounded,
    monotonic,
    scope_key,
)
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import seconds, span
from opensandbox._core.names import tells_keywords
from opensandbox._core.pool.settings import need_whole
from opensandbox._core.pool.statistics import Statistics
from opensandbox._sync.calls.telemetry import pool_meter
from opensandbox._sync.control.manager import SandboxManagerSync
from opensandbox._sync.pool.acquisition import Acquisition
from opensandbox._sync.pool.basic_store import coordinating
from opensandbox._sync.pool.config import PoolConfig
from opensandbox._sync.pool.creation import load_what_creation_needs
from opensandbox._sync.pool.reconciler import Reconciler
from opensandbox._sync.pool.run import PoolRun
from opensandbox._sync.sandbox import SandboxSync
from opensandbox.exceptions import (
    InvalidArgumentException,
    PoolDestroyedException,
    PoolNotRunningException,
    SandboxException,
    SandboxNotFoundException,
)
from opensandbox.models.pools import (
    AcquirePolicy,
    PoolDestroyState,
    PoolLifecycleState,
    PoolSnapshot,
    PoolState,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from opensandbox._sync.pool.protocols import PooledSandboxCreator, PoolStateStore
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.pools import IdleEntry, PoolCreationSpec

logger = logging.getLogger("opensandbox.pool")

Check = Callable[[SandboxSync], bool]
Prepare = Callable[[SandboxSync], None]

RELEASE_BATCH: Final = 64
JOIN_SECONDS: Final = 10.0
"""How long `shutdown` waits for background workers to notice that they are done."""
CLEAN_UP_SECONDS: Final = 60.0


@stays_here("pass what it was made with, and start another of that pool_name there")
@tells_keywords
class SandboxPoolSync:
    """Keeps sandboxes started, so that `acquire` takes about one round trip.

    Pool objects with the same name and store are members of one pool, also in many processes. One of them at a time
    leads and creates. Use the pool as a context manager, or call `start` and `shutdown`. Destroy the sandboxes that
    you acquire.

        with SandboxPoolSync(
            pool_name="workers", max_idle=5, state_store=InMemoryPoolStateStore(),
            connection_config=ConnectionConfigSync(), creation_spec=PoolCreationSpec(image="python:3.12"),
        ) as pool:
            with pool.sandbox() as sandbox:
                sandbox.commands.run("python --version")

    `max_idle`: the number of idle sandboxes, for all members together. `owner_id`: this member's name in locks and
    tables.

    Creating: `warmup_create_qps` warm-ups per second, `warmup_concurrency` at a time; `max_create_qps` and
    `max_concurrent_creates` limit warm-ups and direct creations of this member together. A warm-up waits
    `warmup_health_check_initial_delay`, then (unless `warmup_skip_health_check`) polls `warmup_health_check`, or the
    sandbox's health, every `warmup_health_check_polling_interval`, for up to `warmup_ready_timeout`. Then
    `warmup_sandbox_preparer` prepares the sandbox, and `warmup_post_prepare_health_check` has to succeed within its
    timeout. After `degraded_threshold` failures in a row the pool is degraded and creates less and less often.

    Idling: a sandbox stays idle for up to `idle_timeout`, and is replaced when less than `acquire_min_remaining_ttl`
    is left (default: a minute, or half of `idle_timeout` if that is less). The leader counts as dead
    `primary_lock_ttl` after its last beat; members send one every `reconcile_interval`, or more often if the lock
    requires it.

    Acquiring: unless `acquire_skip_health_check`, `acquire` polls `acquire_health_check`, or the sandbox's health,
    every `acquire_health_check_polling_interval`, for up to `acquire_ready_timeout`. A policy that retries tries
    `max_acquire_retries` sandboxes.

    Ending: `shutdown` waits `drain_timeout` for unfinished acquires and warm-ups, and kills the idle sandboxes only
    with `kill_idle_on_shutdown`.

    Hooks: `sandbox_creator` creates the sandboxes itself; `sandbox_factory` and `sandbox_manager_factory` replace the
    classes.
    """

    def __init__(
        self,
        *,
        pool_name: str,
        max_idle: int,
        state_store: PoolStateStore,
        connection_config: ConnectionConfigSync,
        creation_spec: PoolCreationSpec,
        owner_id: str | None = None,
        warmup_create_qps: int = 10,
        warmup_concurrency: int | None = 128,
        primary_lock_ttl: timedelta = timedelta(seconds=60),
        degraded_threshold: int = 3,
        acquire_ready_timeout: timedelta = timedelta(seconds=30),
        acquire_health_check_polling_interval: timedelta = timedelta(milliseconds=200),
        acquire_health_check: Check | None = None,
        acquire_skip_health_check: bool = False,
        warmup_ready_timeout: timedelta = timedelta(seconds=30),
        warmup_health_check_initial_delay: timedelta = timedelta(0),
        warmup_health_check_polling_interval: timedelta = timedelta(milliseconds=500),
        warmup_health_check: Check | None = None,
        warmup_sandbox_preparer: Prepare | None = None,
        warmup_post_prepare_health_check: Check | None = None,
        warmup_post_prepare_health_check_timeout: timedelta = timedelta(seconds=30),
        warmup_skip_health_check: bool = False,
        idle_timeout: timedelta = timedelta(hours=24),
        drain_timeout: timedelta = timedelta(seconds=30),
        acquire_min_remaining_ttl: timedelta | None = None,
        max_acquire_retries: int = 3,
        sandbox_manager_factory: Callable[
            [ConnectionConfigSync], SandboxManagerSync
        ] = SandboxManagerSync.create,
        sandbox_factory: type[SandboxSync] = SandboxSync,
        sandbox_creator: PooledSandboxCreator | None = None,
        reconcile_interval: timedelta = timedelta(seconds=2),
        max_create_qps: float | None = None,
        max_concurrent_creates: int | None = None,
        kill_idle_on_shutdown: bool = False,
    ) -> None:
        self._config = PoolConfig(
            pool_name=pool_name,
            max_idle=max_idle,
            state_store=state_store,
            connection_config=connection_config,
            creation_spec=creation_spec,
            owner_id=owner_id,
            warmup_create_qps=warmup_create_qps,
            warmup_concurrency=warmup_concurrency,
            primary_lock_ttl=primary_lock_ttl,
            degraded_threshold=degraded_threshold,
            acquire_ready_timeout=acquire_ready_timeout,
            acquire_health_check_polling_interval=acquire_health_check_polling_interval,
            acquire_health_check=acquire_health_check,
            acquire_skip_health_check=acquire_skip_health_check,
            warmup_ready_timeout=warmup_ready_timeout,
            warmup_health_check_initial_delay=warmup_health_check_initial_delay,
            warmup_health_check_polling_interval=warmup_health_check_polling_interval,
            warmup_health_check=warmup_health_check,
            warmup_sandbox_preparer=warmup_sandbox_preparer,
            warmup_post_prepare_health_check=warmup_post_prepare_health_check,
            warmup_post_prepare_health_check_timeout=warmup_post_prepare_health_check_timeout,
            warmup_skip_health_check=warmup_skip_health_check,
            idle_timeout=idle_timeout,
            drain_timeout=drain_timeout,
            acquire_min_remaining_ttl=acquire_min_remaining_ttl,
            sandbox_creator=sandbox_creator,
            max_acquire_retries=max_acquire_retries,
            reconcile_interval=reconcile_interval,
            max_create_qps=max_create_qps,
            max_concurrent_creates=max_concurrent_creates,
            kill_idle_on_shutdown=kill_idle_on_shutdown,
        )
        self._manager_factory = sandbox_manager_factory
        self._sandbox_factory = sandbox_factory
        self._store = coordinating(state_store)
        self._statistics = Statistics(pool_meter(connection_config.enable_tracing, pool_name))
        self._lock = Mutex()
        self._state = PoolLifecycleState.NOT_STARTED
        self._run: PoolRun | None = None
        self._changed = Event()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._config.pool_name!r}, state={self._state.value!r})"

    # Starting and stopping

    def start(self) -> None:
        """Join the pool and start to fill it. No effect while it runs; it may be started again after `shutdown`.

        Sets the shared size and idle time to this member's. Raises `PoolDestroyedException` for a destroyed name. A
        start that fails or is cancelled has no effect.
        """

        def stop(_: None) -> None:
            self.shutdown()

        undisturbed(self._start, stop, CLEAN_UP_SECONDS)

    def _start(self) -> None:
        while not self._may_start():
            self._changed.wait_for(0.1)  # somebody else is starting or stopping it
            if self._running() is not None:
                return
        try:
            run = self._join()
        except BaseException:
            self._become(PoolLifecycleState.STOPPED, None)
            raise
        self._become(PoolLifecycleState.RUNNING, run)
        Reconciler(run).start()

    def _may_start(self) -> bool:
        with self._lock:
            idle = self._state in (PoolLifecycleState.NOT_STARTED, PoolLifecycleState.STOPPED)
            # What ran in another process before a fork, or in an event loop that is over, is not ours.
            foreign = self._run is not None and self._run.scope is not scope_key()
            if idle or foreign:
                self._run = None
                self._state = PoolLifecycleState.STARTING
                self._changed = Event()
                return True
            return False

    def _join(self) -> PoolRun:
        config, store = self._config, self._store
        blocking_call(load_what_creation_needs)
        if store.get_destroy_state(config.pool_name) is not PoolDestroyState.ACTIVE:
            raise PoolDestroyedException(
                f"pool {config.pool_name!r} was destroyed; use another name, or wait until its tombstone has expired"
            )
        store.set_idle_entry_ttl(config.pool_name, config.idle_timeout)
        store.set_max_idle(config.pool_name, config.max_idle)
        manager = self._manager_factory(config.connection_config)
        return PoolRun(config, store, self._statistics, manager, self._sandbox_factory)

    def shutdown(self, graceful: bool = True) -> None:
        """Leave the pool. Idle sandboxes stay for the other members, or for the next start, until their timeout.

        A graceful shutdown waits for unfinished acquires and warm-ups, up to `drain_timeout`. Acquired sandboxes keep
        running. No effect on a pool that does not run.
        """
        if self._run is None:
            return
        limit = span(self._config.drain_timeout) + CLEAN_UP_SECONDS
        finish_or_undo(partial(self._leave, graceful), None, limit)

    def _leave(self, graceful: bool) -> None:
        with self._lock:
            run, self._run = self._run, None
            if run is None:
                return
            self._state = PoolLifecycleState.DRAINING
        if run.scope is not scope_key():
            self._become(PoolLifecycleState.STOPPED, None)
            return
        try:
            run.drain()
            if graceful:
                run.quiet.wait_for(span(self._config.drain_timeout))
            run.stop()
            try:
                run.store.nudge(run.name, run.member)
            except SandboxException:
                logger.debug("the listener could not be woken", exc_info=True)
            if not run.join(JOIN_SECONDS):
                logger.warning("pool %r left workers behind that are still busy", run.name)
            if self._config.kill_idle_on_shutdown:
                self._release(run.manager, 16)
            self._kill_condemned(run)
            settled, killed = run.unreported()
            try:
                run.store.leave(run.name, run.member, settled, killed)
            except SandboxException as exc:
                logger.warning("pool %r could not say goodbye to its store: %s", run.name, exc)
            run.manager.close()
            run.connections.close()
        finally:
            self._become(PoolLifecycleState.STOPPED, None)

    def _kill_condemned(self, run: PoolRun) -> None:
        left = run.condemned()

        def kill(sandbox_id: str) -> None:
            run.kill(sandbox_id)

        gather_bounded(kill, left, 8)

    def _become(self, state: PoolLifecycleState, run: PoolRun | None) -> None:
        with self._lock:
            self._state, self._run = state, run
            changed = self._changed
        changed.set()

    def _running(self) -> PoolRun | None:
        with self._lock:
            run = self._run
        return run if run is not None and run.scope is scope_key() else None

    def _needed(self) -> PoolRun:
        run = self._running()
        if run is None:
            raise PoolNotRunningException(
                f"pool {self._config.pool_name!r} is not running here; call start() first, in each process that uses it"
            )
        return run

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.shutdown(graceful=True)

    # Acquiring

    def acquire(
        self,
        sandbox_timeout: timedelta | None = None,
        policy: AcquirePolicy = AcquirePolicy.DIRECT_CREATE,
        *,
        wait_timeout: timedelta | float | None = None,
    ) -> SandboxSync:
        """Return a ready sandbox, which the caller kills and closes.

        It lives for `sandbox_timeout` from now (default: the rest of its idle time). `policy` says what to do without
        a usable idle sandbox; with `AcquirePolicy.WAIT`, `wait_timeout` (default: `acquire_ready_timeout`) limits the
        wait in the queue.

        Raises `PoolEmptyException` if none is idle and the policy does not create, `PoolAcquireFailedException` if no
        idle one was usable, `PoolNotRunningException`, `PoolDestroyedException`, and
        `PoolStateStoreUnavailableException` unless the policy creates.

            sandbox = pool.acquire(timedelta(minutes=30), AcquirePolicy.WAIT, wait_timeout=5)
        """
        if not isinstance(policy, AcquirePolicy):
            raise InvalidArgumentException(
                f"policy must be an AcquirePolicy such as AcquirePolicy.WAIT, not {policy!r}"
            )
        lifetime = None
        if sandbox_timeout is not None:
            lifetime = timedelta(seconds=seconds("sandbox_timeout", sandbox_timeout, positive=True))
        patience = self._config.acquire_ready_timeout if wait_timeout is None else wait_timeout
        run = self._needed()
        began = monotonic()
        acquisition = Acquisition(run, lifetime, policy, began + seconds("wait_timeout", patience))

        def acquire() -> SandboxSync:
            try:
                with run.operation():
                    sandbox = acquisition.go()
                run.took("acquire", monotonic() - began)
            except BaseException:
                if acquisition.sandbox is not None:  # an exception of a signal handler, when all was done
                    in_background(partial(_end, acquisition.sandbox), CLEAN_UP_SECONDS)
                raise
            return sandbox

        return undisturbed(acquire, _end, CLEAN_UP_SECONDS, give_up=acquisition.give_up)

    @contextmanager
    def sandbox(
        self,
        sandbox_timeout: timedelta | None = None,
        policy: AcquirePolicy = AcquirePolicy.DIRECT_CREATE,
        *,
        wait_timeout: timedelta | float | None = None,
    ) -> Iterator[SandboxSync]:
        """Acquire a sandbox for a block, and destroy it at the end.

        Example::

            with pool.sandbox() as sandbox:
                sandbox.commands.run("pytest")
        """
        sandbox = self.acquire(sandbox_timeout, policy, wait_timeout=wait_timeout)
        begun: list[bool] = []

        def end() -> None:
            begun.append(True)
            _end(sandbox)

        try:
            try:
                yield sandbox
            finally:
                finish_or_undo(end, None, CLEAN_UP_SECONDS)
        except BaseException:
            if not begun:  # an exception of a signal handler came first
                in_background(end, CLEAN_UP_SECONDS)
            raise

    # Size

    def resize(self, max_idle: int) -> None:
        """Set the number of idle sandboxes for all members. Surplus ones are killed, missing ones created, at once.

        Zero empties the pool and stops all creations, also for waiters.
        """
        undisturbed(partial(self._resize, max_idle), None, CLEAN_UP_SECONDS)

    def _resize(self, max_idle: int) -> None:
        resized = self._config.with_max_idle(max_idle)
        self._store.set_max_idle(self._config.pool_name, max_idle)
        with self._lock:
            self._config = resized
            run = self._run
        if run is not None:
            with run.changing_plan() as plan:
                plan.max_idle = max_idle
                plan.poke()

    def release_all_idle(self) -> int:
        """Kill the idle sandboxes one by one; return how many were removed."""
        return self.release_all_idle_parallel(max_workers=1)

    def release_all_idle_parallel(self, max_workers: int = 50) -> int:
        """Kill the idle sandboxes, `max_workers` at a time; return how many were removed.

        Continues to its end after a cancellation. Failed kills are logged, and the leader retries them. A running pool
        refills: call `resize(0)` first to empty it.
        """
        need_whole("max_workers", max_workers, 1)

        def release() -> int:
            run = self._running()
            if run is not None:
                return self._release(run.manager, max_workers)
            manager = self._manager_factory(self._config.connection_config)
            try:
                return self._release(manager, max_workers)
            finally:
                manager.close()

        return finish_or_undo(release, None, CLEAN_UP_SECONDS)

    def _release(self, manager: SandboxManagerSync, max_workers: int) -> int:
        name, total = self._config.pool_name, 0
        run = self._running()

        def kill(sandbox_id: str) -> str | None:
            try:
                manager.kill_sandbox(sandbox_id)
            except SandboxNotFoundException:
                pass
            except Exception as exc:
                logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox_id, name, exc)
                return None
            return sandbox_id

        while True:
            doomed = self._store.doom_idle(name, 0, RELEASE_BATCH)
            total += len(doomed)
            gone = tuple(filter(None, gather_bounded(kill, doomed, max_workers)))
            if run is not None:
                with run.changing_plan() as plan:
                    plan.poke()
                self._store.settle(name, run.member, (), gone)
            if len(doomed) < RELEASE_BATCH:
                return total

    # Looking

    def snapshot(self) -> PoolSnapshot:
        """Return the present state of the pool."""
        counters = self._store.snapshot_counters(self._config.pool_name)
        with self._lock:
            lifecycle, run = self._state, self._run
            statistics = self._statistics.snapshot()
        if run is None:
            state = PoolState.DRAINING if lifecycle is PoolLifecycleState.DRAINING else PoolState.STOPPED
            return PoolSnapshot(
                state=state,
                lifecycle_state=lifecycle,
                idle_count=counters.idle_count,
                max_idle=self._config.max_idle,
                failure_count=0,
                backoff_active=False,
                last_error=None,
                in_flight_operations=0,
                statistics=statistics,
            )
        return run.snapshot(counters.idle_count, lifecycle, statistics)

    def snapshot_idle_entries(self) -> list[IdleEntry]:
        """Return the idle sandboxes of all members, oldest first."""
        return self._store.snapshot_idle_entries(self._config.pool_name)


def _end(sandbox: SandboxSync) -> None:
    """End a sandbox that its user may have ended already."""
    with suppress(SandboxNotFoundException):
        sandbox.destroy()
