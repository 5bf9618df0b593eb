"""What pools are told and what they answer: policies, specs, options, snapshots, and the protocol of stores.

Longer than other files because every name here is public under this path. Durations are `timedelta`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from opensandbox._core.lazy import public_names
from opensandbox._core.names import tells_keywords

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opensandbox._async.sandbox import Sandbox
    from opensandbox._sync.sandbox import SandboxSync
    from opensandbox.config import ConnectionConfig, ConnectionConfigSync
    from opensandbox.models.sandboxes import (
        CredentialProxyConfig,
        NetworkPolicy,
        PlatformSpec,
        SandboxImageSpec,
        SandboxLifecycle,
        Volume,
    )

ZERO = timedelta(0)


class AcquirePolicy(Enum):
    """What `acquire` does when no idle sandbox can be used."""

    FAIL_FAST = "FAIL_FAST"
    """Raise at once. A pool that is still being filled for the first time is waited for, up to `acquire_ready_timeout`."""
    DIRECT_CREATE = "DIRECT_CREATE"
    """Create a sandbox for this caller."""
    RETRY_NEXT_IDLE = "RETRY_NEXT_IDLE"
    """Try the next idle ones, `max_acquire_retries` in all, then raise. The first fill is waited for as above."""
    RETRY_NEXT_IDLE_THEN_CREATE = "RETRY_NEXT_IDLE_THEN_CREATE"
    """Try the next idle ones, `max_acquire_retries` in all, then create a sandbox for this caller."""
    WAIT = "WAIT"
    """Queue, first come first served, until the pool has one or the time is up."""


class PoolState(Enum):
    """How a pool fares."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    """Creations keep failing; idle sandboxes are handed out as before, new ones are tried less and less often."""
    DRAINING = "DRAINING"
    STOPPED = "STOPPED"
    """Not started yet, or shut down."""


class PoolLifecycleState(Enum):
    """Where a pool object stands between `start` and `shutdown`."""

    NOT_STARTED = "NOT_STARTED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    DRAINING = "DRAINING"
    STOPPED = "STOPPED"


class PoolDestroyState(Enum):
    """Whether a pool name may still be used."""

    ACTIVE = "ACTIVE"
    DESTROYING = "DESTROYING"
    DESTROYED = "DESTROYED"


class PoolDestroyStrategy(Enum):
    """How a pool is destroyed."""

    FORCE = "FORCE"
    """At once: members stop, idle sandboxes are killed, borrowed ones are left alone."""


class PooledSandboxCreateReason(Enum):
    """What a sandbox is created for."""

    WARMUP = "WARMUP"
    DIRECT_CREATE = "DIRECT_CREATE"


@tells_keywords
@dataclass(frozen=True)
class PoolCreationSpec:
    """What the sandboxes of a pool are made of: everything that `Sandbox.create` takes, or a template.

    One of `image`, `snapshot_id` and `template_id` says what they start from. A model may be given as a dict of its fields;
    what does not fit is a `ValueError` here, not a warm-up that fails later.

        PoolCreationSpec(image="python:3.12", env={"LANG": "C.UTF-8"}, resource={"cpu": "1", "memory": "1Gi"})
    """

    image: SandboxImageSpec | str | None = None
    entrypoint: list[str] | None = None
    resource: dict[str, str] | None = None
    env: dict[str, str] | None = None
    metadata: dict[str, str] | None = None
    extensions: dict[str, str] | None = None
    network_policy: NetworkPolicy | None = None
    platform: PlatformSpec | None = None
    secure_access: bool = False
    volumes: list[Volume] | None = None
    snapshot_id: str | None = None
    template_id: str | None = None
    resource_requests: dict[str, str] | None = None
    credential_proxy: CredentialProxyConfig | None = None
    lifecycle: SandboxLifecycle | None = None
    create_timeout: timedelta | None = None
    """How long the server may take to answer a creation; left out as in `Sandbox.create`."""

    def __post_init__(self) -> None:
        _read_dicts(self)
        if self.create_timeout is not None:
            _above_zero("create_timeout", self.create_timeout)
        sources = {"image": self.image, "snapshot_id": self.snapshot_id, "template_id": self.template_id}
        given = [name for name, value in sources.items() if value is not None]
        if len(given) != 1:
            raise ValueError(
                f"pass one of image, snapshot_id and template_id, not {' and '.join(given) or 'none'}; "
                'for example PoolCreationSpec(image="python:3.12")'
            )
        if self.template_id is None:
            return
        fixed = ("entrypoint", "resource", "env", "platform", "volumes", "resource_requests")
        for name in (*fixed, "credential_proxy"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is fixed by the template; leave it out, or start from an image")
        if self.lifecycle is not None and self.lifecycle.model_fields_set - {"idle_policy"}:
            raise ValueError(
                "lifecycle may only have an idle_policy with template_id; the template decides the rest"
            )
        if self.secure_access:
            raise ValueError("secure_access is fixed by the template; leave it out, or start from an image")


@dataclass(frozen=True)
class PooledSandboxCreateContext:
    """What a `sandbox_creator` is told: for whom, for how long, and how to wait until the sandbox is ready."""

    pool_name: str
    owner_id: str
    idle_timeout: timedelta
    reason: PooledSandboxCreateReason
    ready_timeout: timedelta
    health_check_polling_interval: timedelta
    skip_health_check: bool
    health_check: Callable[[SandboxSync], bool] | Callable[[Sandbox], Awaitable[bool]] | None
    connection_config: ConnectionConfigSync | ConnectionConfig


@runtime_checkable
class PooledSandboxCreator(Protocol):
    """Makes the sandboxes of a `SandboxPoolSync`. It may be called from several threads at once."""

    def __call__(self, context: PooledSandboxCreateContext) -> SandboxSync:
        """Return a new sandbox that lives for `context.idle_timeout` at least."""
        ...


@runtime_checkable
class AsyncPooledSandboxCreator(Protocol):
    """Makes the sandboxes of a `SandboxPoolAsync`."""

    async def __call__(self, context: PooledSandboxCreateContext) -> Sandbox:
        """Return a new sandbox that lives for `context.idle_timeout` at least."""
        ...


@dataclass(frozen=True)
class IdleEntry:
    """An idle sandbox, and until when it may be handed out."""

    sandbox_id: str
    expires_at: datetime


@dataclass(frozen=True)
class StoreCounters:
    """How many idle sandboxes a store holds."""

    idle_count: int


@dataclass(frozen=True)
class TakeIdleResult:
    """What a take brought, and which sandboxes it found too close to their end on the way: those are to be killed."""

    sandbox_id: str | None
    discarded_alive_sandbox_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class LatencyHistogram:
    """How long something took: `counts[i]` times up to `bounds[i]` seconds, the last count is for all that took longer."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float = 0.0
    """Seconds, of all together."""

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)


@dataclass(frozen=True)
class PoolStatistics:
    """What a pool object has done since it was made."""

    counters: dict[str, int]
    """By name: `acquired`, `direct_created`, `warmed`, `warmup_failed`, `killed`, `waited`, `empty`, …"""
    latencies: dict[str, LatencyHistogram]
    """By name: `acquire`, `wait`, `create`, `warmup`, in seconds."""


@dataclass(frozen=True)
class PoolSnapshot:
    """A pool at one moment, as this member sees it."""

    state: PoolState
    lifecycle_state: PoolLifecycleState
    idle_count: int
    max_idle: int
    failure_count: int
    """Creations for the pool that failed in a row."""
    backoff_active: bool
    """Whether the next creation is being put off after failures."""
    last_error: str | None
    in_flight_operations: int
    """Acquires and warm-ups under way in this member."""
    warming_count: int = 0
    waiting_count: int = 0
    """Acquires that queue in this member."""
    backoff_remaining: timedelta | None = None
    leader_epoch: int | None = None
    """The epoch this member leads in; `None` while another member leads."""
    statistics: PoolStatistics | None = None


@tells_keywords
@dataclass(frozen=True)
class PoolDestroyOptions:
    """How to destroy a pool. The tombstone keeps its name from being used again for `tombstone_ttl`; `None`: for ever."""

    strategy: PoolDestroyStrategy = PoolDestroyStrategy.FORCE
    tombstone_ttl: timedelta | None = timedelta(days=7)
    drain_timeout: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if self.tombstone_ttl is not None:
            _above_zero("tombstone_ttl", self.tombstone_ttl)
        _zero_or_above("drain_timeout", self.drain_timeout)


@dataclass(frozen=True)
class PoolDestroyResult:
    """What destroying a pool did."""

    pool_name: str
    state: PoolDestroyState
    drained_idle_count: int
    killed_idle_count: int
    persistent_state_cleared: bool


@runtime_checkable
class PoolStateStore(Protocol):
    """Where the members of a pool keep what they share. Each method is one atomic step.

    `RedisPoolStateStore` and `InMemoryPoolStateStore` implement it, and beyond it the `CoordinatingStore` of
    `opensandbox._sync.pool.store`, which gives fencing, queues and single-command acquires. A store with these methods
    alone works too, without those.
    """

    def try_take_idle(self, pool_name: str) -> str | None:
        """Take the oldest idle sandbox out."""
        ...

    def put_idle(self, pool_name: str, sandbox_id: str) -> None:
        """Add an idle sandbox; one that is there already stays as it is. Raises `PoolDestroyedException`."""
        ...

    def remove_idle(self, pool_name: str, sandbox_id: str) -> bool | None:
        """Remove an idle sandbox, if it is there."""
        ...

    def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Become or stay primary for `ttl`."""
        ...

    def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Stay primary for `ttl` from now."""
        ...

    def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        """Stop being primary."""
        ...

    def reap_expired_idle(self, pool_name: str, now: datetime) -> None:
        """Forget entries whose time is over."""
        ...

    def snapshot_counters(self, pool_name: str) -> StoreCounters:
        """Count."""
        ...

    def snapshot_idle_entries(self, pool_name: str) -> list[IdleEntry]:
        """List the idle sandboxes, oldest first."""
        ...

    def get_max_idle(self, pool_name: str) -> int | None:
        """Return the size that all members share, if there is one."""
        ...

    def set_max_idle(self, pool_name: str, max_idle: int) -> None:
        """Set the size that all members share."""
        ...

    def set_idle_entry_ttl(self, pool_name: str, idle_ttl: timedelta) -> None:
        """Set how long entries put from now on stay idle."""
        ...

    def get_destroy_state(self, pool_name: str) -> PoolDestroyState:
        """Tell whether the name may be used."""
        ...

    def begin_destroy(self, pool_name: str, owner_id: str) -> None:
        """Bar everything but taking out. Raises `PoolDestroyedException` when that is over already."""
        ...

    def clear_pool_state(self, pool_name: str) -> None:
        """Forget all entries and settings."""
        ...

    def mark_destroyed(self, pool_name: str, owner_id: str, tombstone_ttl: timedelta | None) -> None:
        """Leave a tombstone."""
        ...


@runtime_checkable
class AsyncPoolStateStore(Protocol):
    """The store of a `SandboxPoolAsync`: the methods of `PoolStateStore`, to be awaited."""

    async def try_take_idle(self, pool_name: str) -> str | None:
        """Take the oldest idle sandbox out."""
        ...

    async def put_idle(self, pool_name: str, sandbox_id: str) -> None:
        """Add an idle sandbox; one that is there already stays as it is. Raises `PoolDestroyedException`."""
        ...

    async def remove_idle(self, pool_name: str, sandbox_id: str) -> bool | None:
        """Remove an idle sandbox, if it is there."""
        ...

    async def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Become or stay primary for `ttl`."""
        ...

    async def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Stay primary for `ttl` from now."""
        ...

    async def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        """Stop being primary."""
        ...

    async def reap_expired_idle(self, pool_name: str, now: datetime) -> None:
        """Forget entries whose time is over."""
        ...

    async def snapshot_counters(self, pool_name: str) -> StoreCounters:
        """Count."""
        ...

    async def snapshot_idle_entries(self, pool_name: str) -> list[IdleEntry]:
        """List the idle sandboxes, oldest first."""
        ...

    async def get_max_idle(self, pool_name: str) -> int | None:
        """Return the size that all members share, if there is one."""
        ...

    async def set_max_idle(self, pool_name: str, max_idle: int) -> None:
        """Set the size that all members share."""
        ...

    async def set_idle_entry_ttl(self, pool_name: str, idle_ttl: timedelta) -> None:
        """Set how long entries put from now on stay idle."""
        ...

    async def get_destroy_state(self, pool_name: str) -> PoolDestroyState:
        """Tell whether the name may be used."""
        ...

    async def begin_destroy(self, pool_name: str, owner_id: str) -> None:
        """Bar everything but taking out. Raises `PoolDestroyedException` when that is over already."""
        ...

    async def clear_pool_state(self, pool_name: str) -> None:
        """Forget all entries and settings."""
        ...

    async def mark_destroyed(self, pool_name: str, owner_id: str, tombstone_ttl: timedelta | None) -> None:
        """Leave a tombstone."""
        ...


@tells_keywords
@dataclass(frozen=True)
class PoolConfig:
    """What a `SandboxPoolSync` is made from; the pool itself takes the same as keywords."""

    pool_name: str
    max_idle: int
    state_store: PoolStateStore
    connection_config: ConnectionConfigSync
    creation_spec: PoolCreationSpec
    owner_id: str | None = None
    warmup_create_qps: int = 10
    warmup_concurrency: int | None = 128
    primary_lock_ttl: timedelta = timedelta(seconds=60)
    degraded_threshold: int = 3
    acquire_ready_timeout: timedelta = timedelta(seconds=30)
    acquire_health_check_polling_interval: timedelta = timedelta(milliseconds=200)
    acquire_health_check: Callable[[SandboxSync], bool] | None = None
    acquire_skip_health_check: bool = False
    warmup_ready_timeout: timedelta = timedelta(seconds=30)
    warmup_health_check_initial_delay: timedelta = ZERO
    warmup_health_check_polling_interval: timedelta = timedelta(milliseconds=500)
    warmup_health_check: Callable[[SandboxSync], bool] | None = None
    warmup_sandbox_preparer: Callable[[SandboxSync], None] | None = None
    warmup_post_prepare_health_check: Callable[[SandboxSync], bool] | None = None
    warmup_post_prepare_health_check_timeout: timedelta = timedelta(seconds=30)
    warmup_skip_health_check: bool = False
    idle_timeout: timedelta = timedelta(hours=24)
    drain_timeout: timedelta = timedelta(seconds=30)
    acquire_min_remaining_ttl: timedelta | None = None
    sandbox_creator: PooledSandboxCreator | None = None
    max_acquire_retries: int = 3
    reconcile_interval: timedelta = timedelta(seconds=2)
    max_create_qps: float | None = None
    max_concurrent_creates: int | None = None
    kill_idle_on_shutdown: bool = False

    def __post_init__(self) -> None:
        _complete(self)

    def with_max_idle(self, max_idle: int) -> Self:
        """Return a copy of another size."""
        return replace(self, max_idle=max_idle)


@tells_keywords
@dataclass(frozen=True)
class AsyncPoolConfig:
    """What a `SandboxPoolAsync` is made from; the pool itself takes the same as keywords."""

    pool_name: str
    max_idle: int
    state_store: AsyncPoolStateStore
    connection_config: ConnectionConfig
    creation_spec: PoolCreationSpec
    owner_id: str | None = None
    warmup_create_qps: int = 10
    warmup_concurrency: int | None = 128
    primary_lock_ttl: timedelta = timedelta(seconds=60)
    degraded_threshold: int = 3
    acquire_ready_timeout: timedelta = timedelta(seconds=30)
    acquire_health_check_polling_interval: timedelta = timedelta(milliseconds=200)
    acquire_health_check: Callable[[Sandbox], Awaitable[bool]] | None = None
    acquire_skip_health_check: bool = False
    warmup_ready_timeout: timedelta = timedelta(seconds=30)
    warmup_health_check_initial_delay: timedelta = ZERO
    warmup_health_check_polling_interval: timedelta = timedelta(milliseconds=500)
    warmup_health_check: Callable[[Sandbox], Awaitable[bool]] | None = None
    warmup_sandbox_preparer: Callable[[Sandbox], Awaitable[None]] | None = None
    warmup_post_prepare_health_check: Callable[[Sandbox], Awaitable[bool]] | None = None
    warmup_post_prepare_health_check_timeout: timedelta = timedelta(seconds=30)
    warmup_skip_health_check: bool = False
    idle_timeout: timedelta = timedelta(hours=24)
    drain_timeout: timedelta = timedelta(seconds=30)
    acquire_min_remaining_ttl: timedelta | None = None
    sandbox_creator: AsyncPooledSandboxCreator | None = None
    max_acquire_retries: int = 3
    reconcile_interval: timedelta = timedelta(seconds=2)
    max_create_qps: float | None = None
    max_concurrent_creates: int | None = None
    kill_idle_on_shutdown: bool = False

    def __post_init__(self) -> None:
        _complete(self)

    def with_max_idle(self, max_idle: int) -> Self:
        """Return a copy of another size."""
        return replace(self, max_idle=max_idle)


def _complete(config: PoolConfig | AsyncPoolConfig) -> None:
    """Check every value, and fill in the defaults that depend on others."""
    if not config.pool_name.strip():
        raise ValueError(f"pool_name must not be blank, not {config.pool_name!r}; give the pool a name")
    if config.owner_id and not config.owner_id.strip():
        raise ValueError(f"owner_id must not be blank, not {config.owner_id!r}; leave it out to get one")
    if not config.owner_id:
        _set(config, "owner_id", f"pool-owner-{uuid.uuid4()}")
    for name, kind in (("creation_spec", "PoolCreationSpec"), ("connection_config", "ConnectionConfig")):
        if isinstance(getattr(config, name), dict):
            raise ValueError(f"{name} must be a {kind}, not a dict; {kind}(**{name}) makes one")
    _whole("max_idle", config.max_idle, 0)
    if config.warmup_concurrency is None:
        _set(config, "warmup_concurrency", max(1, config.max_idle // 5))
    for name in ("warmup_create_qps", "warmup_concurrency", "degraded_threshold", "max_acquire_retries"):
        _whole(name, getattr(config, name), 1)
    if config.max_concurrent_creates is not None:
        _whole("max_concurrent_creates", config.max_concurrent_creates, 1)
    if config.max_create_qps is not None and not config.max_create_qps > 0:
        raise ValueError(
            f"max_create_qps must be above 0, not {config.max_create_qps!r}; leave it out for no limit"
        )
    for name in (
        "primary_lock_ttl",
        "acquire_ready_timeout",
        "acquire_health_check_polling_interval",
        "warmup_ready_timeout",
        "warmup_health_check_polling_interval",
        "warmup_post_prepare_health_check_timeout",
        "idle_timeout",
        "reconcile_interval",
    ):
        _above_zero(name, getattr(config, name))
    _zero_or_above("warmup_health_check_initial_delay", config.warmup_health_check_initial_delay)
    _zero_or_above("drain_timeout", config.drain_timeout)
    if config.acquire_min_remaining_ttl is None:
        least = min(timedelta(seconds=60), config.idle_timeout / 2)
        _set(config, "acquire_min_remaining_ttl", least)
        return
    _zero_or_above("acquire_min_remaining_ttl", config.acquire_min_remaining_ttl)
    if config.acquire_min_remaining_ttl >= config.idle_timeout:
        raise ValueError(
            f"acquire_min_remaining_ttl ({config.acquire_min_remaining_ttl}) must be below idle_timeout "
            f"({config.idle_timeout}): no sandbox could ever be handed out"
        )


def _read_dicts(spec: PoolCreationSpec) -> None:
    """Make models of what was given as dicts."""
    written = [spec.image, spec.network_policy, spec.platform, spec.credential_proxy, spec.lifecycle]
    if not any(isinstance(value, dict) for value in (*written, *(spec.volumes or ()))):
        return  # the models need not be loaded
    from opensandbox.models import sandboxes as models

    for name, kind in (
        ("image", models.SandboxImageSpec),
        ("network_policy", models.NetworkPolicy),
        ("platform", models.PlatformSpec),
        ("credential_proxy", models.CredentialProxyConfig),
        ("lifecycle", models.SandboxLifecycle),
    ):
        value = getattr(spec, name)
        if isinstance(value, dict):
            _set(spec, name, kind.model_validate(value))
    if spec.volumes is not None:
        _set(spec, "volumes", [models.Volume.model_validate(volume) for volume in spec.volumes])


def _set(config: object, name: str, value: object) -> None:
    object.__setattr__(config, name, value)


def _whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number, {least} or more, not {value!r}")


def _above_zero(name: str, value: object) -> None:
    if not isinstance(value, timedelta) or value <= ZERO:
        raise ValueError(
            f"{name} must be a timedelta above zero, not {value!r}; for example timedelta(seconds=30)"
        )


def _zero_or_above(name: str, value: object) -> None:
    if not isinstance(value, timedelta) or value < ZERO:
        raise ValueError(
            f"{name} must be a timedelta, zero or more, not {value!r}; for example timedelta(seconds=30)"
        )


def effective_max_idle_attempts(policy: AcquirePolicy, max_acquire_retries: int) -> int:
    """Return how many idle sandboxes `acquire` tries under a policy."""
    retrying = (AcquirePolicy.RETRY_NEXT_IDLE, AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE)
    return max_acquire_retries if policy in retrying else 1


def policy_falls_through_to_direct_create(policy: AcquirePolicy) -> bool:
    """Return whether `acquire` creates a sandbox when no idle one can be used."""
    return policy in (AcquirePolicy.DIRECT_CREATE, AcquirePolicy.RETRY_NEXT_IDLE_THEN_CREATE)


def try_take_idle_with_min_ttl(
    store: PoolStateStore, pool_name: str, min_remaining_ttl: timedelta | None
) -> TakeIdleResult:
    """Take an idle sandbox that has `min_remaining_ttl` left, as far as the store can tell."""
    take = getattr(store, "try_take_idle_min_ttl", None)
    if take is None or min_remaining_ttl is None:
        return TakeIdleResult(store.try_take_idle(pool_name))
    taken: TakeIdleResult = take(pool_name, min_remaining_ttl)
    return taken


async def try_take_idle_with_min_ttl_async(
    store: AsyncPoolStateStore, pool_name: str, min_remaining_ttl: timedelta | None
) -> TakeIdleResult:
    """Take an idle sandbox that has `min_remaining_ttl` left, as far as the store can tell."""
    take = getattr(store, "try_take_idle_min_ttl", None)
    if take is None or min_remaining_ttl is None:
        return TakeIdleResult(await store.try_take_idle(pool_name))
    taken: TakeIdleResult = await take(pool_name, min_remaining_ttl)
    return taken


def reap_expired_idle_with_min_ttl(
    store: PoolStateStore, pool_name: str, now: datetime, min_remaining_ttl: timedelta | None
) -> tuple[str, ...]:
    """Forget entries that have less than `min_remaining_ttl` left, and return those that are still alive."""
    reap = getattr(store, "reap_expired_idle_min_ttl", None)
    if reap is None or min_remaining_ttl is None:
        store.reap_expired_idle(pool_name, now)
        return ()
    alive: tuple[str, ...] = reap(pool_name, now, min_remaining_ttl)
    return alive


async def reap_expired_idle_with_min_ttl_async(
    store: AsyncPoolStateStore, pool_name: str, now: datetime, min_remaining_ttl: timedelta | None
) -> tuple[str, ...]:
    """Forget entries that have less than `min_remaining_ttl` left, and return those that are still alive."""
    reap = getattr(store, "reap_expired_idle_min_ttl", None)
    if reap is None or min_remaining_ttl is None:
        await store.reap_expired_idle(pool_name, now)
        return ()
    alive: tuple[str, ...] = await reap(pool_name, now, min_remaining_ttl)
    return alive


__getattr__ = public_names(__name__)
