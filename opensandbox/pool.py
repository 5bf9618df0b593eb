"""Pools of warm sandboxes: everything about them but the Redis store, which is in `opensandbox.pool_redis`."""

from __future__ import annotations

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.store import CoordinatingStore as AsyncCoordinatingStore
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.store import CoordinatingStore
from opensandbox.pool_async import AsyncSandboxPool, SandboxPoolAsync
from opensandbox.pool_manager import SandboxPoolManager, SandboxPoolManagerAsync, SandboxPoolManagerSync
from opensandbox.pool_types import (
    AcquirePolicy,
    AsyncPoolConfig,
    AsyncPooledSandboxCreator,
    AsyncPoolStateStore,
    IdleEntry,
    LatencyHistogram,
    PoolConfig,
    PoolCreationSpec,
    PoolDestroyOptions,
    PoolDestroyResult,
    PoolDestroyState,
    PoolDestroyStrategy,
    PooledSandboxCreateContext,
    PooledSandboxCreateReason,
    PooledSandboxCreator,
    PoolLifecycleState,
    PoolSnapshot,
    PoolState,
    PoolStateStore,
    PoolStatistics,
    StoreCounters,
    TakeIdleResult,
)
from opensandbox.sync.pool import SandboxPool, SandboxPoolSync

__all__ = [
    "AcquirePolicy",
    "AsyncCoordinatingStore",
    "AsyncPoolConfig",
    "AsyncPoolStateStore",
    "AsyncPooledSandboxCreator",
    "AsyncSandboxPool",
    "CoordinatingStore",
    "IdleEntry",
    "InMemoryAsyncPoolStateStore",
    "InMemoryPoolStateStore",
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
    "SandboxPool",
    "SandboxPoolAsync",
    "SandboxPoolManager",
    "SandboxPoolManagerAsync",
    "SandboxPoolManagerSync",
    "SandboxPoolSync",
    "StoreCounters",
    "TakeIdleResult",
]
