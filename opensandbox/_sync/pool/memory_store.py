# Generated from opensandbox/_async/pool/memory_store.py by scripts/unasync.py. Do not edit.
"""The store of pools whose members live in one process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from opensandbox._concurrency.pairs import Event, Mutex, monotonic
from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import span
from opensandbox._core.pool.book import PoolBook
from opensandbox._core.pool.messages import REFILL
from opensandbox.models.pools import IdleEntry, PoolDestroyState, StoreCounters, TakeIdleResult

if TYPE_CHECKING:
    from opensandbox._core.pool.messages import (
        Beat,
        Commit,
        CommitOutcome,
        Member,
        Pulse,
        StoreStatus,
        Take,
        Taken,
    )


@stays_here("it belongs to one process; a store in Redis is for many")
class InMemoryPoolStateStore:
    """A store in this process's memory. Pool objects with the same store and name are members of one pool.

    Nothing survives the process: idle sandboxes that were not released run until their timeout.

        pool = SandboxPoolSync(pool_name="workers", state_store=InMemoryPoolStateStore(), ...)
    """

    def __init__(self) -> None:
        self._lock = Mutex()
        self._books: dict[str, PoolBook] = {}
        self._bells: dict[tuple[str, Member], Event] = {}

    # The published protocol

    def try_take_idle(self, pool_name: str) -> str | None:
        """Take the oldest idle sandbox out."""
        return (self.try_take_idle_min_ttl(pool_name, timedelta(0))).sandbox_id

    def try_take_idle_min_ttl(self, pool_name: str, min_remaining_ttl: timedelta) -> TakeIdleResult:
        """Take the oldest idle sandbox out that has so much time left."""
        with self._lock:
            book = self._book(pool_name)
            found, short = book.pop(monotonic(), span(min_remaining_ttl))
            book.wake_leader()
            self._ring(pool_name, book)
            return TakeIdleResult(found[0] if found else None, short)

    def put_idle(self, pool_name: str, sandbox_id: str) -> None:
        """Add an idle sandbox; one that is there already stays as it is."""
        with self._lock:
            book = self._active(pool_name)
            book.put(sandbox_id, monotonic())
            self._ring(pool_name, book)

    def remove_idle(self, pool_name: str, sandbox_id: str) -> bool:
        """Remove an idle sandbox and tell whether it was there."""
        with self._lock:
            return self._book(pool_name).remove(sandbox_id)

    def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Always granted while the pool is not destroyed; `beat` is what chooses one leader among several members."""
        with self._lock:
            return self._book(pool_name).state(monotonic()) is PoolDestroyState.ACTIVE

    def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Granted as `try_acquire_primary_lock` is."""
        return self.try_acquire_primary_lock(pool_name, owner_id, ttl)

    def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        """Nothing to do."""

    def reap_expired_idle(self, pool_name: str, now: datetime) -> None:
        """Forget entries whose time is over."""
        self.reap_expired_idle_min_ttl(pool_name, now, timedelta(0))

    def reap_expired_idle_min_ttl(
        self, pool_name: str, now: datetime, min_remaining_ttl: timedelta
    ) -> tuple[str, ...]:
        """Forget entries that have less time left, and return those that still live."""
        later = (now - datetime.now(now.tzinfo)).total_seconds()
        with self._lock:
            return self._book(pool_name).reap(monotonic() + later, span(min_remaining_ttl))

    def snapshot_counters(self, pool_name: str) -> StoreCounters:
        """Count the idle sandboxes."""
        with self._lock:
            return StoreCounters(len(self._book(pool_name).idle))

    def snapshot_idle_entries(self, pool_name: str) -> list[IdleEntry]:
        """List the idle sandboxes, oldest first."""
        now, present = monotonic(), datetime.now(UTC)
        with self._lock:
            return [
                IdleEntry(sandbox_id, present + timedelta(seconds=entry.expires - now))
                for sandbox_id, entry in self._book(pool_name).idle.items()
            ]

    def get_max_idle(self, pool_name: str) -> int | None:
        """Return `None`: each member goes by its own size."""
        return None

    def set_max_idle(self, pool_name: str, max_idle: int) -> None:
        """Let the leader look again; the size itself is the members' own."""
        with self._lock:
            book = self._active(pool_name)
            book.wake_leader()
            self._ring(pool_name, book)

    def set_idle_entry_ttl(self, pool_name: str, idle_ttl: timedelta) -> None:
        """Set how long entries put from now on stay idle."""
        with self._lock:
            self._active(pool_name).idle_ttl = span(idle_ttl)

    def get_destroy_state(self, pool_name: str) -> PoolDestroyState:
        """Tell whether the name may be used."""
        with self._lock:
            return self._book(pool_name).state(monotonic())

    def begin_destroy(self, pool_name: str, owner_id: str) -> None:
        """Bar everything but taking out."""
        with self._lock:
            book = self._book(pool_name)
            book.destroy(pool_name, monotonic())
            self._ring(pool_name, book)

    def clear_pool_state(self, pool_name: str) -> None:
        """Forget all entries and settings."""
        with self._lock:
            self._book(pool_name).clear()

    def mark_destroyed(self, pool_name: str, owner_id: str, tombstone_ttl: timedelta | None) -> None:
        """Leave a tombstone."""
        with self._lock:
            ttl = None if tombstone_ttl is None else span(tombstone_ttl)
            self._book(pool_name).bury(monotonic(), ttl)

    # Coordination

    def take(self, pool_name: str, take: Take) -> Taken:
        """Move the oldest usable idle sandbox to `taken`, or keep a place in the queue."""
        with self._lock:
            book = self._active(pool_name)
            taken = book.take(take, monotonic())
            self._ring(pool_name, book)
            return taken

    def cancel_wait(self, pool_name: str, member: Member, token: str) -> None:
        """Give up a place in the queue."""
        with self._lock:
            book = self._book(pool_name)
            book.cancel_wait(token)
            self._ring(pool_name, book)

    def beat(self, pool_name: str, beat: Beat) -> Pulse:
        """Show that a member lives, take or extend the lead, and learn what there is to do."""
        with self._lock:
            return self._active(pool_name).beat(beat, monotonic())

    def announce(self, pool_name: str, member: Member, epoch: int, sandbox_id: str) -> bool:
        """Enter a sandbox as `warming`."""
        with self._lock:
            return self._active(pool_name).announce(member, epoch, sandbox_id, monotonic())

    def commit(self, pool_name: str, commit: Commit) -> CommitOutcome:
        """Move a sandbox from `warming` to idle."""
        with self._lock:
            book = self._active(pool_name)
            outcome = book.commit(commit, monotonic())
            self._ring(pool_name, book)
            return outcome

    def doom_idle(self, pool_name: str, keep: int, limit: int) -> tuple[str, ...]:
        """Doom idle sandboxes, oldest first."""
        with self._lock:
            return self._book(pool_name).doom_idle(keep, limit)

    def settle(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished."""
        with self._lock:
            self._book(pool_name).settle(member, settled, killed, monotonic())

    def leave(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished and be forgotten."""
        with self._lock:
            book = self._book(pool_name)
            book.leave(member, settled, killed)
            self._ring(pool_name, book)
            self._bells.pop((pool_name, member), None)

    def listen(self, pool_name: str, member: Member, timeout: float) -> tuple[str, ...]:
        """Wait for wake-ups of this member."""
        with self._lock:
            bell = self._bells.setdefault((pool_name, member), Event())
            self._ring(pool_name, self._book(pool_name))
        bell.wait_for(timeout)
        with self._lock:
            bell.clear()
            return tuple(self._book(pool_name).wakeups.pop(member, ()))

    def nudge(self, pool_name: str, member: Member) -> None:
        """Let a `listen` of this member return."""
        with self._lock:
            book = self._book(pool_name)
            book.wake(member, REFILL)
            self._ring(pool_name, book)

    def inspect(self, pool_name: str) -> StoreStatus:
        """Return what is there to be seen."""
        with self._lock:
            return self._book(pool_name).inspect(pool_name, monotonic())

    def _book(self, pool_name: str) -> PoolBook:
        return self._books.setdefault(pool_name, PoolBook())

    def _active(self, pool_name: str) -> PoolBook:
        book = self._book(pool_name)
        book.check_active(pool_name, monotonic())
        return book

    def _ring(self, pool_name: str, book: PoolBook) -> None:
        for member in book.wakeups:
            bell = self._bells.get((pool_name, member))
            if bell is not None:
                bell.set()
