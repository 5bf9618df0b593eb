"""What a program may bring to a pool: a store of its own, a maker of sandboxes. Protocols, and the way to call older stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from opensandbox.models.pools import PooledSandboxCreateContext, TakeIdleResult

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from opensandbox._async.sandbox import Sandbox
    from opensandbox.models.pools import IdleEntry, PoolDestroyState, StoreCounters


@runtime_checkable
class AsyncPooledSandboxCreator(Protocol):
    """Makes the sandboxes of a `SandboxPoolAsync`."""

    async def __call__(self, context: PooledSandboxCreateContext) -> Sandbox:
        """Return a new sandbox that lives for `context.idle_timeout` at least."""
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


async def try_take_idle_with_min_ttl_async(
    store: AsyncPoolStateStore, pool_name: str, min_remaining_ttl: timedelta | None
) -> TakeIdleResult:
    """Take an idle sandbox that has `min_remaining_ttl` left, as far as the store can tell."""
    take = getattr(store, "try_take_idle_min_ttl", None)
    if take is None or min_remaining_ttl is None:
        return TakeIdleResult(await store.try_take_idle(pool_name))
    taken: TakeIdleResult = await take(pool_name, min_remaining_ttl)
    return taken


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
