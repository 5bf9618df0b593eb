"""Pools over stores that know no more than the published protocol: they work, without what takes coordination.

There is a queue for each member instead of one for all, a leader is fenced as well as its lock tells, and what a member had in
hand when it died lives until its time runs out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opensandbox._async.pool.protocols import (
    AsyncPoolStateStore,
    reap_expired_idle_with_min_ttl_async,
    try_take_idle_with_min_ttl_async,
)
from opensandbox._concurrency.pairs import AsyncEvent, Mutex
from opensandbox._core.pool.messages import (
    REFILL,
    Beat,
    Commit,
    CommitOutcome,
    Member,
    Pulse,
    StoreStatus,
    Take,
    Taken,
    TakenSandbox,
)
from opensandbox.exceptions import PoolDestroyedException
from opensandbox.models.pools import PoolDestroyState

if TYPE_CHECKING:
    from opensandbox._async.pool.store import CoordinatingStore


def coordinating(store: AsyncPoolStateStore) -> CoordinatingStore:
    """Return the store itself if it coordinates, else a stand-in that makes do with what it has."""
    found: Any = store if hasattr(store, "beat") else BasicStore(store)
    return found  # type: ignore[no-any-return]


class BasicStore:
    """The coordination of one member over a plain store."""

    def __init__(self, store: AsyncPoolStateStore) -> None:
        self._store = store
        self._lock = Mutex()
        self._bell = AsyncEvent()
        self._messages: list[str] = []
        self._queue: dict[str, None] = {}
        self._doomed: dict[str, None] = {}
        self._lock_ttl = timedelta(seconds=60)
        self._leading = False
        self._epoch = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def take(self, pool_name: str, take: Take) -> Taken:
        """Take an idle sandbox out, unless others queue before."""
        with self._lock:
            ahead = list(self._queue).index(take.token) if take.token in self._queue else len(self._queue)
        if ahead == 0:
            least = timedelta(seconds=take.min_remaining)
            result = await try_take_idle_with_min_ttl_async(self._store, pool_name, least)
            with self._lock:
                self._doomed.update(dict.fromkeys(result.discarded_alive_sandbox_ids))
            if result.sandbox_id is not None:
                await self.cancel_wait(pool_name, take.member, take.token)
                return Taken(
                    TakenSandbox(result.sandbox_id), discarded=len(result.discarded_alive_sandbox_ids)
                )
        if take.queue_for is not None:
            with self._lock:
                self._queue[take.token] = None
        return Taken(ahead=ahead)

    async def cancel_wait(self, pool_name: str, member: Member, token: str) -> None:
        """Give up a place in the queue."""
        with self._lock:
            self._queue.pop(token, None)
        self._wake_first()

    async def beat(self, pool_name: str, beat: Beat) -> Pulse:
        """Take or extend the lock, reap, and count."""
        if await self._store.get_destroy_state(pool_name) is not PoolDestroyState.ACTIVE:
            raise PoolDestroyedException(f"pool {pool_name!r} is destroyed; use another name")
        with self._lock:
            for sandbox_id in beat.killed:
                self._doomed.pop(sandbox_id, None)
        await self._lead(pool_name, beat)
        if self._leading:
            alive = await reap_expired_idle_with_min_ttl_async(
                self._store, pool_name, datetime.now(UTC), timedelta(seconds=beat.min_remaining)
            )
            with self._lock:
                self._doomed.update(dict.fromkeys(alive))
        counters = await self._store.snapshot_counters(pool_name)
        max_idle = await self._store.get_max_idle(pool_name)
        with self._lock:
            return Pulse(
                epoch=self._epoch if self._leading else None,
                idle=counters.idle_count,
                waiting=len(self._queue),
                max_idle=max_idle,
                doomed=tuple(self._doomed)[: beat.doomed_limit],
            )

    async def _lead(self, pool_name: str, beat: Beat) -> None:
        owner = beat.member.owner_id
        self._lock_ttl = timedelta(seconds=beat.lock_ttl)
        if beat.campaign:
            leads = await self._store.try_acquire_primary_lock(pool_name, owner, self._lock_ttl)
            if leads and not self._leading:
                self._epoch += 1
            self._leading = leads
        elif self._leading:
            self._leading = False
            await self._store.release_primary_lock(pool_name, owner)

    async def announce(self, pool_name: str, member: Member, epoch: int, sandbox_id: str) -> bool:
        """Return whether the member still leads."""
        return epoch == self._epoch and await self._store.renew_primary_lock(
            pool_name, member.owner_id, self._lock_ttl
        )

    async def commit(self, pool_name: str, commit: Commit) -> CommitOutcome:
        """Put the sandbox in, if the member still leads and there is room."""
        if not await self.announce(pool_name, commit.member, commit.epoch, commit.sandbox_id):
            return CommitOutcome.STALE
        cap = await self._store.get_max_idle(pool_name) if commit.cap is None else commit.cap
        counters = await self._store.snapshot_counters(pool_name)
        if cap is not None and counters.idle_count >= cap + len(self._queue):
            return CommitOutcome.FULL
        await self._store.put_idle(pool_name, commit.sandbox_id)
        self._wake_first()
        return CommitOutcome.STORED

    async def doom_idle(self, pool_name: str, keep: int, limit: int) -> tuple[str, ...]:
        """Take sandboxes out to be killed."""
        counters = await self._store.snapshot_counters(pool_name)
        doomed: list[str] = []
        while len(doomed) < min(limit, counters.idle_count - keep):
            sandbox_id = await self._store.try_take_idle(pool_name)
            if sandbox_id is None:
                break
            doomed.append(sandbox_id)
        return tuple(doomed)

    async def settle(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Nothing is kept that would have to be settled."""

    async def leave(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Give up the lock."""
        self._leading = False
        await self._store.release_primary_lock(pool_name, member.owner_id)

    async def listen(self, pool_name: str, member: Member, timeout: float) -> tuple[str, ...]:
        """Wait for what happens in this member."""
        await self._bell.wait_for(timeout)
        with self._lock:
            self._bell.clear()
            messages, self._messages = tuple(self._messages), []
        return messages

    async def nudge(self, pool_name: str, member: Member) -> None:
        """Let `listen` return."""
        with self._lock:
            self._messages.append(REFILL)
            self._bell.set()

    async def inspect(self, pool_name: str) -> StoreStatus:
        """Return what can be seen."""
        return StoreStatus(
            pool_name=pool_name,
            destroy_state=(await self._store.get_destroy_state(pool_name)).value,
            leader=None,
            epoch=self._epoch,
            lock_remaining=None,
            idle=(await self._store.snapshot_counters(pool_name)).idle_count,
            warming=0,
            taken=0,
            doomed=len(self._doomed),
            waiting=len(self._queue),
            max_idle=await self._store.get_max_idle(pool_name),
        )

    def _wake_first(self) -> None:
        with self._lock:
            for token in list(self._queue)[:1]:
                self._messages.append(token)
                self._bell.set()
