# Generated from opensandbox/_async/pool/protocols.py by scripts/unasync.py. Do not edit.
"""What a program may bring to a pool: a store of its own, a maker of sandboxes. Protocols, and the way to call older stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from opensandbox.models.pools import PooledSandboxCreateContext, TakeIdleResult

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from opensandbox._sync.sandbox import SandboxSync
    from opensandbox.models.pools import IdleEntry, PoolDestroyState, StoreCounters


@runtime_checkable
class PooledSandboxCreator(Protocol):
    """Makes the sandboxes of a `SandboxPoolSync`."""

    def __call__(self, context: PooledSandboxCreateContext) -> SandboxSync:
        """Return a new sandbox that lives for `context.idle_timeout` at least."""
        ...


@runtime_checkable
class PoolStateStore(Protocol):
    """The store of a `SandboxPoolSync`: the methods of `PoolStateStore`, to be awaited."""

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


def try_take_idle_with_min_ttl(
    store: PoolStateStore, pool_name: str, min_remaining_ttl: timedelta | None
) -> TakeIdleResult:
    """Take an idle sandbox that has `min_remaining_ttl` left, as far as the store can tell."""
    take = getattr(store, "try_take_idle_min_ttl", None)
    if take is None or min_remaining_ttl is None:
        return TakeIdleResult(store.try_take_idle(pool_name))
    taken: TakeIdleResult = take(pool_name, min_remaining_ttl)
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
