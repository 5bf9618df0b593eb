"""Sandboxes made for a pool: directly for a caller, or warmed up to be idle until somebody takes them."""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from opensandbox._async.control.readiness import Patience, wait_until
from opensandbox._concurrency.background import async_in_background
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.deadlines import span
from opensandbox._core.pool.entry import encode_endpoint
from opensandbox._core.pool.messages import Commit, CommitOutcome
from opensandbox._core.pool.preload import ASYNC_NEEDED
from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.exceptions import (
    PoolDestroyedException,
    PoolStateStoreUnavailableException,
    SandboxNotFoundException,
    SandboxRateLimitException,
)
from opensandbox.models.pools import PooledSandboxCreateContext, PooledSandboxCreateReason

if TYPE_CHECKING:
    from opensandbox._async.pool.run import PoolRun
    from opensandbox._async.sandbox import Sandbox
    from opensandbox._core.deadlines import Deadline

logger = logging.getLogger("opensandbox.pool")

LEASE_MARGIN: Final = timedelta(minutes=5)
"""A sandbox gets the time that its warm-up may take and this; the full idle time comes when it is ready. If its member dies
before it has told the store about it, it is gone after so long."""
CLEAN_UP_SECONDS: Final = 30.0
COMMIT_PAUSE: Final = 0.5
"""Seconds between two attempts to reach the store."""


async def create_directly(run: PoolRun, lifetime: timedelta) -> Sandbox:
    """Return a sandbox for one caller, ready."""
    config = run.config
    context = PooledSandboxCreateContext(
        pool_name=run.name,
        owner_id=run.member.owner_id,
        idle_timeout=lifetime,
        reason=PooledSandboxCreateReason.DIRECT_CREATE,
        ready_timeout=config.acquire_ready_timeout,
        health_check_polling_interval=config.acquire_health_check_polling_interval,
        skip_health_check=config.acquire_skip_health_check,
        health_check=config.acquire_health_check,
        connection_config=run.connection_config,
    )
    if config.sandbox_creator is not None:
        return await config.sandbox_creator(context)
    return await _create(run, context, lifetime, skip_health_check=context.skip_health_check)


async def _create(
    run: PoolRun, context: PooledSandboxCreateContext, lifetime: timedelta, *, skip_health_check: bool
) -> Sandbox:
    spec = run.config.creation_spec
    options: dict[str, Any] = {
        "timeout": lifetime,
        "ready_timeout": context.ready_timeout,
        "metadata": spec.metadata,
        "network_policy": spec.network_policy,
        "extensions": spec.extensions,
        "connection_config": run.connection_config,
        "health_check": context.health_check,
        "health_check_polling_interval": context.health_check_polling_interval,
        "skip_health_check": skip_health_check,
    }
    # Options are left out where they say nothing, for factories that were written before there were these.
    if spec.create_timeout is not None:
        options["create_timeout"] = spec.create_timeout
    if spec.template_id is not None:
        if spec.lifecycle is not None:
            options["idle_policy"] = spec.lifecycle.idle_policy
        return await run.sandbox_factory.create_from_template(spec.template_id, **options)
    options |= {
        "entrypoint": spec.entrypoint,
        "env": spec.env,
        "resource": spec.resource,
        "platform": spec.platform,
        "secure_access": spec.secure_access,
        "volumes": spec.volumes,
    }
    for name in ("snapshot_id", "resource_requests", "credential_proxy", "lifecycle"):
        if (value := getattr(spec, name)) is not None:
            options[name] = value
    return await run.sandbox_factory.create(spec.image, **options)


def load_what_creation_needs() -> None:
    """Import what the first creation would otherwise have to."""
    from opensandbox._async.monitoring import health  # noqa: F401
    from opensandbox._async.net import transport, wire  # noqa: F401

    for module in ASYNC_NEEDED:
        import_module(module)


class WarmUp:
    """One sandbox on its way to being idle. Whatever happens, it ends in the store or dead."""

    def __init__(self, run: PoolRun, epoch: int) -> None:
        self._run = run
        self._epoch = epoch
        self._began = monotonic()
        self._sandbox: Sandbox | None = None

    async def go(self) -> None:
        """Warm one up; failures go to the plan, never further."""
        run = self._run
        try:
            outcome = await self._outcome()
        except Exception as exc:
            await self._discard()
            self._failed(exc)
        except BaseException:
            with run.changing_plan() as plan:
                plan.warmup_abandoned()
            if self._sandbox is not None:
                async_in_background(self._discard, CLEAN_UP_SECONDS)
            raise
        else:
            if outcome in (CommitOutcome.STALE, CommitOutcome.FULL):
                await self._discard()
            self._over(outcome)
        finally:
            if self._sandbox is not None:
                await self._sandbox.close()

    async def _outcome(self) -> CommitOutcome | None:
        """Return what the store made of it; `None` if that will never be known here."""
        run, config = self._run, self._run.config
        self._sandbox = sandbox = await self._create()
        if not await run.store.announce(run.name, run.member, self._epoch, sandbox.id):
            return CommitOutcome.STALE
        if config.sandbox_creator is None and not config.warmup_skip_health_check:
            await run.stopping.wait_for(span(config.warmup_health_check_initial_delay))
            await sandbox.check_ready(
                config.warmup_ready_timeout, config.warmup_health_check_polling_interval
            )
        if config.warmup_sandbox_preparer is not None:
            # It may take as long as it likes.
            await sandbox.renew(config.idle_timeout)
            await config.warmup_sandbox_preparer(sandbox)
        if config.warmup_post_prepare_health_check is not None:
            await self._check_once_more()
        renewed = monotonic()
        await sandbox.renew(config.idle_timeout)
        endpoint = await self._encoded_endpoint()
        return await self._commit(renewed, endpoint)

    async def _create(self) -> Sandbox:
        run, config = self._run, self._run.config
        context = PooledSandboxCreateContext(
            pool_name=run.name,
            owner_id=run.member.owner_id,
            idle_timeout=config.idle_timeout,
            reason=PooledSandboxCreateReason.WARMUP,
            ready_timeout=config.warmup_ready_timeout,
            health_check_polling_interval=config.warmup_health_check_polling_interval,
            skip_health_check=config.warmup_skip_health_check,
            health_check=config.warmup_health_check,
            connection_config=run.connection_config,
        )
        began = monotonic()
        if config.sandbox_creator is not None:
            sandbox = await config.sandbox_creator(context)
        else:
            steps = (
                config.warmup_ready_timeout,
                config.warmup_health_check_initial_delay,
                config.warmup_post_prepare_health_check_timeout,
                LEASE_MARGIN,
            )
            needed = timedelta(seconds=sum(map(span, steps)))
            # Without waiting for its health: the store is to know of it as early as can be.
            sandbox = await _create(run, context, min(needed, config.idle_timeout), skip_health_check=True)
        run.took("create", monotonic() - began)
        return sandbox

    async def _check_once_more(self) -> None:
        config, sandbox = self._run.config, self._sandbox
        check = config.warmup_post_prepare_health_check
        if check is None or sandbox is None:
            return

        async def look(deadline: Deadline) -> bool:
            return bool(await check(sandbox))

        patience = Patience.starting_now(
            span(config.warmup_post_prepare_health_check_timeout),
            span(config.warmup_health_check_polling_interval),
        )
        await wait_until(look, patience, f"prepared sandbox {sandbox.id}", auth_is_final=False)

    async def _encoded_endpoint(self) -> str | None:
        """Return what spares the one who takes it a lookup; nothing is lost without it."""
        sandbox, proxied = self._sandbox, self._run.connection_config.use_server_proxy
        try:
            return encode_endpoint(await sandbox.get_endpoint(DEFAULT_EXECD_PORT), use_server_proxy=proxied)  # type: ignore[union-attr]
        except Exception:
            logger.debug("the address of a warm sandbox could not be noted", exc_info=True)
            return None

    async def _commit(self, renewed: float, endpoint: str | None) -> CommitOutcome | None:
        run, sandbox_id = self._run, self._sandbox.id if self._sandbox else ""
        while True:
            ttl = span(run.config.idle_timeout) - (monotonic() - renewed)
            with run.lock:
                cap = run.plan.local_cap()
            commit = Commit(run.member, self._epoch, sandbox_id, max(0.0, ttl), endpoint, cap)
            try:
                return await run.store.commit(run.name, commit)
            except PoolStateStoreUnavailableException:
                # It may have been stored, and taken since: to kill it now could be to kill it under somebody's hands. While the
                # store cannot be asked it stays as it is; once it can be, it is idle, or this member's to account for.
                run.count("store_failures")
                if await run.stopping.wait_for(COMMIT_PAUSE):
                    return None

    # The end

    def _over(self, outcome: CommitOutcome | None) -> None:
        run = self._run
        run.took("warmup", monotonic() - self._began)
        run.count("warmed" if outcome is CommitOutcome.STORED else "refused_commits")
        with run.changing_plan() as plan:
            if outcome is None:
                plan.warmup_abandoned()
            else:
                run.fill_failure = None
                plan.committed(outcome)

    def _failed(self, exc: Exception) -> None:
        run, now = self._run, monotonic()
        blameless = isinstance(exc, PoolDestroyedException | PoolStateStoreUnavailableException)
        if not blameless:
            logger.warning("warming up a sandbox for pool %r failed: %s", run.name, exc)
            run.count("warmup_failed")
        retry_after = None
        if isinstance(exc, SandboxRateLimitException) and exc.retry_after is not None:
            retry_after = exc.retry_after.total_seconds()
        with run.changing_plan() as plan:
            if blameless:
                plan.warmup_abandoned()
            else:
                reason = f"{type(exc).__name__}: {exc}"
                if plan.fill.is_under_way(now):
                    run.fill_failure = exc
                plan.warmup_failed(now, self._began, reason, run.chance(), retry_after)

    async def _discard(self) -> None:
        """Kill it now, or have it killed later."""
        run, sandbox = self._run, self._sandbox
        if sandbox is None:
            return
        try:
            await run.manager.kill_sandbox(sandbox.id)
        except SandboxNotFoundException:
            pass
        except Exception as exc:
            logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox.id, run.name, exc)
            run.condemn(sandbox.id)
            return
        with run.changing_plan() as plan:
            plan.buried(sandbox.id)
