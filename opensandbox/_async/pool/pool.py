"""A pool of warm sandboxes, as its users see it.

Longer than other files because it is one class whose every method and parameter is public and documented.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from opensandbox._async.calls.telemetry import pool_meter
from opensandbox._async.control.manager import SandboxManager
from opensandbox._async.pool.acquisition import Acquisition
from opensandbox._async.pool.basic_store import coordinating
from opensandbox._async.pool.config import AsyncPoolConfig
from opensandbox._async.pool.creation import load_what_creation_needs
from opensandbox._async.pool.reconciler import Reconciler
from opensandbox._async.pool.run import PoolRun
from opensandbox._async.sandbox import Sandbox
from opensandbox._concurrency.background import (
    async_finish_or_undo,
    async_in_background,
    async_undisturbed,
)
from opensandbox._concurrency.pairs import (
    AsyncEvent,
    Mutex,
    async_blocking_call,
    async_gather_bounded,
    async_scope_key,
    monotonic,
)
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import seconds, span
from opensandbox._core.names import tells_keywords
from opensandbox._core.pool.settings import need_whole
from opensandbox._core.pool.statistics import Statistics
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
    from collections.abc import AsyncIterator
    from types import TracebackType

    from opensandbox._async.pool.protocols import AsyncPooledSandboxCreator, AsyncPoolStateStore
    from opensandbox.config import ConnectionConfig
    from opensandbox.models.pools import IdleEntry, PoolCreationSpec

logger = logging.getLogger("opensandbox.pool")

Check = Callable[[Sandbox], Awaitable[bool]]
Prepare = Callable[[Sandbox], Awaitable[None]]

RELEASE_BATCH: Final = 64
JOIN_SECONDS: Final = 10.0
"""How long `shutdown` waits for background workers to notice that they are done."""
CLEAN_UP_SECONDS: Final = 60.0


@stays_here("pass what it was made with, and start another of that pool_name there")
@tells_keywords
class SandboxPoolAsync:
    """Keeps sandboxes started, so that `acquire` takes about one round trip.

    Pool objects with the same name and store are members of one pool, also in many processes. One of them at a time
    leads and creates. Use the pool as a context manager, or call `start` and `shutdown`. Destroy the sandboxes that
    you acquire.

        async with SandboxPoolAsync(
            pool_name="workers", max_idle=5, state_store=InMemoryAsyncPoolStateStore(),
            connection_config=ConnectionConfig(), creation_spec=PoolCreationSpec(image="python:3.12"),
        ) as pool:
            async with pool.sandbox() as sandbox:
                await sandbox.commands.run("python --version")

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
        state_store: AsyncPoolStateStore,
        connection_config: ConnectionConfig,
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
            [ConnectionConfig], Awaitable[SandboxManager]
        ] = SandboxManager.create,
        sandbox_factory: type[Sandbox] = Sandbox,
        sandbox_creator: AsyncPooledSandboxCreator | None = None,
        reconcile_interval: timedelta = timedelta(seconds=2),
        max_create_qps: float | None = None,
        max_concurrent_creates: int | None = None,
        kill_idle_on_shutdown: bool = False,
    ) -> None:
        self._config = AsyncPoolConfig(
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
        self._changed = AsyncEvent()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._config.pool_name!r}, state={self._state.value!r})"

    # Starting and stopping

    async def start(self) -> None:
        """Join the pool and start to fill it. No effect while it runs; it may be started again after `shutdown`.

        Sets the shared size and idle time to this member's. Raises `PoolDestroyedException` for a destroyed name. A
        start that fails or is cancelled has no effect.
        """

        async def stop(_: None) -> None:
            await self.shutdown()

        await async_undisturbed(self._start, stop, CLEAN_UP_SECONDS)

    async def _start(self) -> None:
        while not self._may_start():
            await self._changed.wait_for(0.1)  # somebody else is starting or stopping it
            if self._running() is not None:
                return
        try:
            run = await self._join()
        except BaseException:
            self._become(PoolLifecycleState.STOPPED, None)
            raise
        self._become(PoolLifecycleState.RUNNING, run)
        Reconciler(run).start()

    def _may_start(self) -> bool:
        with self._lock:
            idle = self._state in (PoolLifecycleState.NOT_STARTED, PoolLifecycleState.STOPPED)
            # What ran in another process before a fork, or in an event loop that is over, is not ours.
            foreign = self._run is not None and self._run.scope is not async_scope_key()
            if idle or foreign:
                self._run = None
                self._state = PoolLifecycleState.STARTING
                self._changed = AsyncEvent()
                return True
            return False

    async def _join(self) -> PoolRun:
        config, store = self._config, self._store
        await async_blocking_call(load_what_creation_needs)
        if await store.get_destroy_state(config.pool_name) is not PoolDestroyState.ACTIVE:
            raise PoolDestroyedException(
                f"pool {config.pool_name!r} was destroyed; use another name, or wait until its tombstone has expired"
            )
        await store.set_idle_entry_ttl(config.pool_name, config.idle_timeout)
        await store.set_max_idle(config.pool_name, config.max_idle)
        manager = await self._manager_factory(config.connection_config)
        return PoolRun(config, store, self._statistics, manager, self._sandbox_factory)

    async def shutdown(self, graceful: bool = True) -> None:
        """Leave the pool. Idle sandboxes stay for the other members, or for the next start, until their timeout.

        A graceful shutdown waits for unfinished acquires and warm-ups, up to `drain_timeout`. Acquired sandboxes keep
        running. No effect on a pool that does not run.
        """
        if self._run is None:
            return
        limit = span(self._config.drain_timeout) + CLEAN_UP_SECONDS
        await async_finish_or_undo(partial(self._leave, graceful), None, limit)

    async def _leave(self, graceful: bool) -> None:
        with self._lock:
            run, self._run = self._run, None
            if run is None:
                return
            self._state = PoolLifecycleState.DRAINING
        if run.scope is not async_scope_key():
            self._become(PoolLifecycleState.STOPPED, None)
            return
        try:
            run.drain()
            if graceful:
                await run.quiet.wait_for(span(self._config.drain_timeout))
            run.stop()
            try:
                await run.store.nudge(run.name, run.member)
            except SandboxException:
                logger.debug("the listener could not be woken", exc_info=True)
            if not await run.join(JOIN_SECONDS):
                logger.warning("pool %r left workers behind that are still busy", run.name)
            if self._config.kill_idle_on_shutdown:
                await self._release(run.manager, 16)
            await self._kill_condemned(run)
            settled, killed = run.unreported()
            try:
                await run.store.leave(run.name, run.member, settled, killed)
            except SandboxException as exc:
                logger.warning("pool %r could not say goodbye to its store: %s", run.name, exc)
            await run.manager.close()
            await run.connections.close()
        finally:
            self._become(PoolLifecycleState.STOPPED, None)

    async def _kill_condemned(self, run: PoolRun) -> None:
        left = run.condemned()

        async def kill(sandbox_id: str) -> None:
            await run.kill(sandbox_id)

        await async_gather_bounded(kill, left, 8)

    def _become(self, state: PoolLifecycleState, run: PoolRun | None) -> None:
        with self._lock:
            self._state, self._run = state, run
            changed = self._changed
        changed.set()

    def _running(self) -> PoolRun | None:
        with self._lock:
            run = self._run
        return run if run is not None and run.scope is async_scope_key() else None

    def _needed(self) -> PoolRun:
        run = self._running()
        if run is None:
            raise PoolNotRunningException(
                f"pool {self._config.pool_name!r} is not running here; call start() first, in each process that uses it"
            )
        return run

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.shutdown(graceful=True)

    # Acquiring

    async def acquire(
        self,
        sandbox_timeout: timedelta | None = None,
        policy: AcquirePolicy = AcquirePolicy.DIRECT_CREATE,
        *,
        wait_timeout: timedelta | float | None = None,
    ) -> Sandbox:
        """Return a ready sandbox, which the caller kills and closes.

        It lives for `sandbox_timeout` from now (default: the rest of its idle time). `policy` says what to do without
        a usable idle sandbox; with `AcquirePolicy.WAIT`, `wait_timeout` (default: `acquire_ready_timeout`) limits the
        wait in the queue.

        Raises `PoolEmptyException` if none is idle and the policy does not create, `PoolAcquireFailedException` if no
        idle one was usable, `PoolNotRunningException`, `PoolDestroyedException`, and
        `PoolStateStoreUnavailableException` unless the policy creates.

            sandbox = await pool.acquire(timedelta(minutes=30), AcquirePolicy.WAIT, wait_timeout=5)
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

        async def acquire() -> Sandbox:
            try:
                with run.operation():
                    sandbox = await acquisition.go()
                run.took("acquire", monotonic() - began)
            except BaseException:
                if acquisition.sandbox is not None:  # an exception of a signal handler, when all was done
                    async_in_background(partial(_end, acquisition.sandbox), CLEAN_UP_SECONDS)
                raise
            return sandbox

        return await async_undisturbed(acquire, _end, CLEAN_UP_SECONDS, give_up=acquisition.give_up)

    @asynccontextmanager
    async def sandbox(
        self,
        sandbox_timeout: timedelta | None = None,
        policy: AcquirePolicy = AcquirePolicy.DIRECT_CREATE,
        *,
        wait_timeout: timedelta | float | None = None,
    ) -> AsyncIterator[Sandbox]:
        """Acquire a sandbox for a block, and destroy it at the end.

        Example::

            async with pool.sandbox() as sandbox:
                await sandbox.commands.run("pytest")
        """
        sandbox = await self.acquire(sandbox_timeout, policy, wait_timeout=wait_timeout)
        begun: list[bool] = []

        async def end() -> None:
            begun.append(True)
            await _end(sandbox)

        try:
            try:
                yield sandbox
            finally:
                await async_finish_or_undo(end, None, CLEAN_UP_SECONDS)
        except BaseException:
            if not begun:  # an exception of a signal handler came first
                async_in_background(end, CLEAN_UP_SECONDS)
            raise

    # Size

    async def resize(self, max_idle: int) -> None:
        """Set the number of idle sandboxes for all members. Surplus ones are killed, missing ones created, at once.

        Zero empties the pool and stops all creations, also for waiters.
        """
        await async_undisturbed(partial(self._resize, max_idle), None, CLEAN_UP_SECONDS)

    async def _resize(self, max_idle: int) -> None:
        resized = self._config.with_max_idle(max_idle)
        await self._store.set_max_idle(self._config.pool_name, max_idle)
        with self._lock:
            self._config = resized
            run = self._run
        if run is not None:
            with run.changing_plan() as plan:
                plan.max_idle = max_idle
                plan.poke()

    async def release_all_idle(self) -> int:
        """Kill the idle sandboxes one by one; return how many were removed."""
        return await self.release_all_idle_parallel(max_workers=1)

    async def release_all_idle_parallel(self, max_workers: int = 50) -> int:
        """Kill the idle sandboxes, `max_workers` at a time; return how many were removed.

        Continues to its end after a cancellation. Failed kills are logged, and the leader retries them. A running pool
        refills: call `resize(0)` first to empty it.
        """
        need_whole("max_workers", max_workers, 1)

        async def release() -> int:
            run = self._running()
            if run is not None:
                return await self._release(run.manager, max_workers)
            manager = await self._manager_factory(self._config.connection_config)
            try:
                return await self._release(manager, max_workers)
            finally:
                await manager.close()

        return await async_finish_or_undo(release, None, CLEAN_UP_SECONDS)

    async def _release(self, manager: SandboxManager, max_workers: int) -> int:
        name, total = self._config.pool_name, 0
        run = self._running()

        async def kill(sandbox_id: str) -> str | None:
            try:
                await manager.kill_sandbox(sandbox_id)
            except SandboxNotFoundException:
                pass
            except Exception as exc:
                logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox_id, name, exc)
                return None
            return sandbox_id

        while True:
            doomed = await self._store.doom_idle(name, 0, RELEASE_BATCH)
            total += len(doomed)
            gone = tuple(filter(None, await async_gather_bounded(kill, doomed, max_workers)))
            if run is not None:
                with run.changing_plan() as plan:
                    plan.poke()
                await self._store.settle(name, run.member, (), gone)
            if len(doomed) < RELEASE_BATCH:
                return total

    # Looking

    async def snapshot(self) -> PoolSnapshot:
        """Return the present state of the pool."""
        counters = await self._store.snapshot_counters(self._config.pool_name)
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

    async def snapshot_idle_entries(self) -> list[IdleEntry]:
        """Return the idle sandboxes of all members, oldest first."""
        return await self._store.snapshot_idle_entries(self._config.pool_name)


async def _end(sandbox: Sandbox) -> None:
    """End a sandbox that its user may have ended already."""
    with suppress(SandboxNotFoundException):
        await sandbox.destroy()
