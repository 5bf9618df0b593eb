# Generated from opensandbox/_async/pool/creation.py by scripts/unasync.py. Do not edit.
"""Sandboxes made for a pool: directly for a caller, or warmed up to be idle until somebody takes them."""

from __future__ import annotations

import logging
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from opensandbox._concurrency.background import in_background
from opensandbox._concurrency.pairs import monotonic
from opensandbox._core.deadlines import span
from opensandbox._core.pool.entry import encode_endpoint
from opensandbox._core.pool.messages import Commit, CommitOutcome
from opensandbox._core.pool.preload import NEEDED
from opensandbox._sync.control.readiness import Patience, wait_until
from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.exceptions import (
    PoolDestroyedException,
    PoolStateStoreUnavailableException,
    SandboxNotFoundException,
    SandboxRateLimitException,
)
from opensandbox.models.pools import PooledSandboxCreateContext, PooledSandboxCreateReason

if TYPE_CHECKING:
    from opensandbox._core.deadlines import Deadline
    from opensandbox._sync.pool.run import PoolRun
    from opensandbox._sync.sandbox import SandboxSync

logger = logging.getLogger("opensandbox.pool")

LEASE_MARGIN: Final = timedelta(minutes=5)
"""A sandbox gets the time that its warm-up may take and this; the full idle time comes when it is ready. If its member dies
before it has told the store about it, it is gone after so long."""
CLEAN_UP_SECONDS: Final = 30.0
COMMIT_PAUSE: Final = 0.5
"""Seconds between two attempts to reach the store."""


def create_directly(run: PoolRun, lifetime: timedelta) -> SandboxSync:
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
        return config.sandbox_creator(context)
    return _create(run, context, lifetime, skip_health_check=context.skip_health_check)


def _create(
    run: PoolRun, context: PooledSandboxCreateContext, lifetime: timedelta, *, skip_health_check: bool
) -> SandboxSync:
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
        return run.sandbox_factory.create_from_template(spec.template_id, **options)
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
    return run.sandbox_factory.create(spec.image, **options)


def load_what_creation_needs() -> None:
    """Import what the first creation would otherwise have to."""
    from opensandbox._sync.monitoring import health  # noqa: F401
    from opensandbox._sync.net import transport, wire  # noqa: F401

    for module in NEEDED:
        import_module(module)


class WarmUp:
    """One sandbox on its way to being idle. Whatever happens, it ends in the store or dead."""

    def __init__(self, run: PoolRun, epoch: int) -> None:
        self._run = run
        self._epoch = epoch
        self._began = monotonic()
        self._sandbox: SandboxSync | None = None

    def go(self) -> None:
        """Warm one up; failures go to the plan, never further."""
        run = self._run
        try:
            outcome = self._outcome()
        except Exception as exc:
            self._discard()
            self._failed(exc)
        except BaseException:
            with run.changing_plan() as plan:
                plan.warmup_abandoned()
            if self._sandbox is not None:
                in_background(self._discard, CLEAN_UP_SECONDS)
            raise
        else:
            if outcome in (CommitOutcome.STALE, CommitOutcome.FULL):
                self._discard()
            self._over(outcome)
        finally:
            if self._sandbox is not None:
                self._sandbox.close()

    def _outcome(self) -> CommitOutcome | None:
        """Return what the store made of it; `None` if that will never be known here."""
        run, config = self._run, self._run.config
        self._sandbox = sandbox = self._create()
        if not run.store.announce(run.name, run.member, self._epoch, sandbox.id):
            return CommitOutcome.STALE
        if config.sandbox_creator is None and not config.warmup_skip_health_check:
            run.stopping.wait_for(span(config.warmup_health_check_initial_delay))
            sandbox.check_ready(config.warmup_ready_timeout, config.warmup_health_check_polling_interval)
        if config.warmup_sandbox_preparer is not None:
            # It may take as long as it likes.
            sandbox.renew(config.idle_timeout)
            config.warmup_sandbox_preparer(sandbox)
        if config.warmup_post_prepare_health_check is not None:
            self._check_once_more()
        renewed = monotonic()
        sandbox.renew(config.idle_timeout)
        endpoint = self._encoded_endpoint()
        return self._commit(renewed, endpoint)

    def _create(self) -> SandboxSync:
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
            sandbox = config.sandbox_creator(context)
        else:
            steps = (
                config.warmup_ready_timeout,
                config.warmup_health_check_initial_delay,
                config.warmup_post_prepare_health_check_timeout,
                LEASE_MARGIN,
            )
            needed = timedelta(seconds=sum(map(span, steps)))
            # Without waiting for its health: the store is to know of it as early as can be.
            sandbox = _create(run, context, min(needed, config.idle_timeout), skip_health_check=True)
        run.took("create", monotonic() - began)
        return sandbox

    def _check_once_more(self) -> None:
        config, sandbox = self._run.config, self._sandbox
        check = config.warmup_post_prepare_health_check
        if check is None or sandbox is None:
            return

        def look(deadline: Deadline) -> bool:
            return bool(check(sandbox))

        patience = Patience.starting_now(
            span(config.warmup_post_prepare_health_check_timeout),
            span(config.warmup_health_check_polling_interval),
        )
        wait_until(look, patience, f"prepared sandbox {sandbox.id}", auth_is_final=False)

    def _encoded_endpoint(self) -> str | None:
        """Return what spares the one who takes it a lookup; nothing is lost without it."""
        sandbox, proxied = self._sandbox, self._run.connection_config.use_server_proxy
        try:
            return encode_endpoint(sandbox.get_endpoint(DEFAULT_EXECD_PORT), use_server_proxy=proxied)  # type: ignore[union-attr]
        except Exception:
            logger.debug("the address of a warm sandbox could not be noted", exc_info=True)
            return None

    def _commit(self, renewed: float, endpoint: str | None) -> CommitOutcome | None:
        run, sandbox_id = self._run, self._sandbox.id if self._sandbox else ""
        while True:
            ttl = span(run.config.idle_timeout) - (monotonic() - renewed)
            with run.lock:
                cap = run.plan.local_cap()
            commit = Commit(run.member, self._epoch, sandbox_id, max(0.0, ttl), endpoint, cap)
            try:
                return run.store.commit(run.name, commit)
            except PoolStateStoreUnavailableException:
                # It may have been stored, and taken since: to kill it now could be to kill it under somebody's hands. While the
                # store cannot be asked it stays as it is; once it can be, it is idle, or this member's to account for.
                run.count("store_failures")
                if run.stopping.wait_for(COMMIT_PAUSE):
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

    def _discard(self) -> None:
        """Kill it now, or have it killed later."""
        run, sandbox = self._run, self._sandbox
        if sandbox is None:
            return
        try:
            run.manager.kill_sandbox(sandbox.id)
        except SandboxNotFoundException:
            pass
        except Exception as exc:
            logger.warning("sandbox %s of pool %r could not be killed: %s", sandbox.id, run.name, exc)
            run.condemn(sandbox.id)
            return
        with run.changing_plan() as plan:
            plan.buried(sandbox.id)
