# Generated from opensandbox/_async/pool/config.py by scripts/unasync.py. Do not edit.
"""What a pool is made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from opensandbox._core.names import tells_keywords
from opensandbox._core.pool.settings import ZERO, complete

if TYPE_CHECKING:
    from collections.abc import Callable

    from opensandbox._sync.pool.protocols import PooledSandboxCreator, PoolStateStore
    from opensandbox._sync.sandbox import SandboxSync
    from opensandbox.config import ConnectionConfigSync
    from opensandbox.models.pools import PoolCreationSpec


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
        complete(self)

    def with_max_idle(self, max_idle: int) -> Self:
        """Return a copy of another size."""
        return replace(self, max_idle=max_idle)
