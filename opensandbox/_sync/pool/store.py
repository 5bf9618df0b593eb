# Generated from opensandbox/_async/pool/store.py by scripts/unasync.py. Do not edit.
"""What a pool needs of its store: the published protocol, and beyond it coordination in single atomic steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from opensandbox._sync.pool.protocols import PoolStateStore

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


@runtime_checkable
class CoordinatingStore(PoolStateStore, Protocol):
    """A store that fences stale leaders, keeps queues, and does each step of a pool in one command.

    All steps but `doom_idle`, `settle`, `leave`, `listen` and `inspect` raise `PoolDestroyedException` once destruction has
    begun; all raise `PoolStateStoreUnavailableException` when the store cannot be reached. Then nobody knows whether the
    step was taken, so each may be repeated: `take` by its token, `commit` by its sandbox, the others by what they are.

    The published steps keep to the same places: `try_take_idle` passes over `taken` (nobody settles), `put_idle` over
    `warming`, the lock is that of `beat` (taking it by `try_acquire_primary_lock` begins a new epoch too), and
    `set_max_idle` and `put_idle` wake whom they concern.
    """

    def take(self, pool_name: str, take: Take) -> Taken:
        """Move the oldest usable idle sandbox to `taken`, or keep a place in the queue.

        Whoever has fewer waiters ahead than there are idle sandboxes gets one; who does not queue has all waiters ahead.
        Wakes the leader, unless it is the one who asks, where one was taken or a place in the queue is new.
        """
        ...

    def cancel_wait(self, pool_name: str, member: Member, token: str) -> None:
        """Give up a take: its place in the queue, and the sandbox that it may have got without anybody knowing.

        That becomes doomed. Wakes the next waiter who can be served, if there is one.
        """
        ...

    def beat(self, pool_name: str, beat: Beat) -> Pulse:
        """Show that a member lives, take or extend the lead, and learn what there is to do."""
        ...

    def announce(self, pool_name: str, member: Member, epoch: int, sandbox_id: str) -> bool:
        """Enter a sandbox as `warming`; without the lead in that epoch, return False and change nothing."""
        ...

    def commit(self, pool_name: str, commit: Commit) -> CommitOutcome:
        """Move a sandbox from `warming` to idle, if the member leads in that epoch and there is room.

        Room: fewer idle than the cap and the waiters together. Wakes the waiter who can be served by it.
        """
        ...

    def doom_idle(self, pool_name: str, keep: int, limit: int) -> tuple[str, ...]:
        """Move idle sandboxes to `doomed`, oldest first, up to `limit` and until `keep` are left; return them."""
        ...

    def settle(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished, outside a beat."""
        ...

    def leave(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished, give up the lead and all places in the queue, and be forgotten as a member.

        What the member still has in `warming` and `taken` becomes doomed.
        """
        ...

    def listen(self, pool_name: str, member: Member, timeout: float) -> tuple[str, ...]:
        """Wait for wake-ups of this member, up to `timeout`, and return them; none when time is up, or earlier."""
        ...

    def nudge(self, pool_name: str, member: Member) -> None:
        """Let a `listen` of this member return."""
        ...

    def inspect(self, pool_name: str) -> StoreStatus:
        """Return what is there to be seen, changing nothing."""
        ...
