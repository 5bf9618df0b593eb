"""What pools are told and what they answer: policies, specs, options, snapshots, and the protocols of stores."""

from __future__ import annotations

from opensandbox._async.pool.config import (
    AsyncPoolConfig,
)
from opensandbox._async.pool.protocols import (
    AsyncPooledSandboxCreator,
    AsyncPoolStateStore,
    reap_expired_idle_with_min_ttl_async,
    try_take_idle_with_min_ttl_async,
)
from opensandbox._core.lazy import public_names
from opensandbox._sync.pool.config import (
    PoolConfig,
)
from opensandbox._sync.pool.protocols import (
    PooledSandboxCreator,
    PoolStateStore,
    reap_expired_idle_with_min_ttl,
    try_take_idle_with_min_ttl,
)
from opensandbox.models.pools import (
    AcquirePolicy,
    IdleEntry,
    LatencyHistogram,
    PoolCreationSpec,
    PoolDestroyOptions,
    PoolDestroyResult,
    PoolDestroyState,
    PoolDestroyStrategy,
    PooledSandboxCreateContext,
    PooledSandboxCreateReason,
    PoolLifecycleState,
    PoolSnapshot,
    PoolState,
    PoolStatistics,
    StoreCounters,
    TakeIdleResult,
    effective_max_idle_attempts,
    policy_falls_through_to_direct_create,
)

__all__ = [
    "AcquirePolicy",
    "AsyncPoolConfig",
    "AsyncPoolStateStore",
    "AsyncPooledSandboxCreator",
    "IdleEntry",
    "LatencyHistogram",
    "PoolConfig",
    "PoolCreationSpec",
    "PoolDestroyOptions",
    "PoolDestroyResult",
    "PoolDestroyState",
    "PoolDestroyStrategy",
    "PoolLifecycleState",
    "PoolSnapshot",
    "PoolState",
    "PoolStateStore",
    "PoolStatistics",
    "PooledSandboxCreateContext",
    "PooledSandboxCreateReason",
    "PooledSandboxCreator",
    "StoreCounters",
    "TakeIdleResult",
    "effective_max_idle_attempts",
    "policy_falls_through_to_direct_create",
    "reap_expired_idle_with_min_ttl",
    "reap_expired_idle_with_min_ttl_async",
    "try_take_idle_with_min_ttl",
    "try_take_idle_with_min_ttl_async",
]

__getattr__ = public_names(__name__)
