"""One pool as a coordinating store sees it: who is idle, taken, warming, doomed, waiting, alive and leading.

It is what the in-memory store keeps, the model that the tests hold other stores against, and what simulations run on. Every
method is one atomic step of the protocol in `opensandbox._async.pool.store`; callers pass the time in and take turns.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from opensandbox._core.pool.messages import (
    REFILL,
    Beat,
    Commit,
    CommitOutcome,
    Member,
    MemberStatus,
    Pulse,
    StoreStatus,
    Take,
    Taken,
    TakenSandbox,
)
from opensandbox.exceptions import PoolDestroyedException
from opensandbox.models.pools import PoolDestroyState

if TYPE_CHECKING:
    from collections.abc import Iterable


class Idle(NamedTuple):
    """An idle sandbox."""

    expires: float
    endpoint: str | None


class Holding(NamedTuple):
    """A sandbox that a member has taken and not accounted for."""

    member: Member
    sandbox_id: str
    expires: float
    endpoint: str | None


class Waiter(NamedTuple):
    """A place in the queue."""

    member: Member
    until: float


class PoolBook:
    """The state of one pool."""

    def __init__(self) -> None:
        self.idle: OrderedDict[str, Idle] = OrderedDict()
        self.warming: dict[str, Member] = {}
        self.taken: dict[str, Holding] = {}
        self.doomed: dict[str, None] = {}
        self.queue: OrderedDict[str, Waiter] = OrderedDict()
        self.seen: dict[Member, float] = {}
        self.wakeups: dict[Member, list[str]] = {}
        self.leader: Member | None = None
        self.lock_expires = 0.0
        self.epoch = 0
        self.max_idle: int | None = None
        self.idle_ttl = 86400.0
        self.destroy_state = PoolDestroyState.ACTIVE
        self.tombstone_expires: float | None = None

    # Whether it may be used

    def state(self, now: float) -> PoolDestroyState:
        """Tell whether the name may be used; a tombstone whose time is over is gone."""
        if self.tombstone_expires is not None and now >= self.tombstone_expires:
            self.__init__()  # type: ignore[misc]
        return self.destroy_state

    def check_active(self, pool_name: str, now: float) -> None:
        """Raise where destruction has begun."""
        state = self.state(now)
        if state is not PoolDestroyState.ACTIVE:
            raise PoolDestroyedException(
                f"pool {pool_name!r} is {state.value.lower()}; use another name, or wait until its tombstone has expired"
            )

    def destroy(self, pool_name: str, now: float) -> None:
        """Bar everything but taking out."""
        if self.state(now) is PoolDestroyState.DESTROYED:
            self.check_active(pool_name, now)
        self.destroy_state = PoolDestroyState.DESTROYING
        self._wake_all()

    def bury(self, now: float, tombstone_ttl: float | None) -> None:
        """Leave a tombstone."""
        self.destroy_state = PoolDestroyState.DESTROYED
        self.tombstone_expires = None if tombstone_ttl is None else now + tombstone_ttl

    def clear(self) -> None:
        """Forget all entries and settings."""
        state, tombstone = self.destroy_state, self.tombstone_expires
        self.__init__()  # type: ignore[misc]
        self.destroy_state, self.tombstone_expires = state, tombstone

    # Idle sandboxes

    def put(self, sandbox_id: str, now: float) -> None:
        """Add one that nobody announced; one that is there already stays as it is."""
        known = self.idle.get(sandbox_id)
        if known is not None and known.expires > now:
            return
        self.warming.pop(sandbox_id, None)
        self._store(sandbox_id, Idle(now + self.idle_ttl, None))

    def remove(self, sandbox_id: str) -> bool:
        """Tell whether it was there; it is not any more."""
        return self.idle.pop(sandbox_id, None) is not None

    def pop(self, now: float, min_remaining: float) -> tuple[tuple[str, Idle] | None, tuple[str, ...]]:
        """Take the oldest out that has time enough left; also return those that live and have not."""
        short: list[str] = []
        while self.idle:
            sandbox_id, entry = self.idle.popitem(last=False)
            if entry.expires - now >= min_remaining and entry.expires > now:
                return (sandbox_id, entry), tuple(short)
            if entry.expires > now:
                short.append(sandbox_id)
        return None, tuple(short)

    def reap(self, now: float, min_remaining: float) -> tuple[str, ...]:
        """Remove what has too little time left, and return what of it still lives."""
        late = [
            (sandbox_id, entry.expires)
            for sandbox_id, entry in self.idle.items()
            if entry.expires - now < min_remaining or entry.expires <= now
        ]
        for sandbox_id, _ in late:
            del self.idle[sandbox_id]
        return tuple(sandbox_id for sandbox_id, expires in late if expires > now)

    def doom_idle(self, keep: int, limit: int) -> tuple[str, ...]:
        """Doom idle sandboxes, oldest first, up to `limit` and until `keep` are left."""
        chosen = tuple(islice(self.idle, max(0, min(limit, len(self.idle) - keep))))
        for sandbox_id in chosen:
            del self.idle[sandbox_id]
        self._doom(chosen)
        return chosen

    # Taking and waiting

    def take(self, take: Take, now: float) -> Taken:
        """Move the oldest usable idle sandbox to `taken`, or keep a place in the queue."""
        self._see(take.member, now)
        self._settle(take.settled)
        held = self.taken.get(take.token)
        if held is not None:
            return Taken(TakenSandbox(held.sandbox_id, held.expires - now, held.endpoint))
        short = self._doom_short_at_the_front(now, take.min_remaining)
        ahead = self._waiting_before(take.token, now)
        if len(self.idle) > ahead:
            found, more = self.pop(now, take.min_remaining)
            self._doom(more)
            short += len(more)
            if found is not None:
                sandbox_id, entry = found
                self.queue.pop(take.token, None)
                self.taken[take.token] = Holding(take.member, sandbox_id, entry.expires, entry.endpoint)
                self._wake_leader(take.member)
                return Taken(TakenSandbox(sandbox_id, entry.expires - now, entry.endpoint), ahead, short)
        if take.queue_for is not None:
            fresh = take.token not in self.queue
            self.queue[take.token] = Waiter(take.member, now + take.queue_for)
            if fresh:
                self._wake_leader(take.member)
        return Taken(None, ahead, short)

    def cancel_wait(self, token: str) -> None:
        """Give up a place in the queue, and what was taken without anybody knowing."""
        held = self.taken.pop(token, None)
        if held is not None:
            self._doom((held.sandbox_id,))
        if self.queue.pop(token, None) is not None:
            self._wake_next()

    def _doom_short_at_the_front(self, now: float, min_remaining: float) -> int:
        short = 0
        while self.idle:
            sandbox_id, entry = next(iter(self.idle.items()))
            if entry.expires > now and entry.expires - now >= min_remaining:
                break
            del self.idle[sandbox_id]
            if entry.expires > now:
                self._doom((sandbox_id,))
                short += 1
        return short

    def _waiting_before(self, token: str, now: float) -> int:
        self._forget_waiters_at_the_front(now)
        if token not in self.queue:
            return len(self.queue)
        return next(place for place, waiting in enumerate(self.queue) if waiting == token)

    def _forget_waiters_at_the_front(self, now: float) -> None:
        while self.queue and next(iter(self.queue.values())).until <= now:
            self.queue.popitem(last=False)

    # Leading

    def beat(self, beat: Beat, now: float) -> Pulse:
        """Show that a member lives, take or extend the lead, and learn what there is to do."""
        self._see(beat.member, now)
        self._settle(beat.settled)
        self._bury(beat.killed)
        leading = self._lead(beat, now)
        if leading:
            self._doom(self.reap(now, beat.min_remaining))
            if beat.sweep:
                self._sweep(beat.lock_ttl, now)
        self._forget_waiters_at_the_front(now)
        pulse = Pulse(None, len(self.idle), len(self.queue), self.max_idle)
        if leading:
            first = min((entry.expires for entry in self.idle.values()), default=None)
            pulse = pulse._replace(
                epoch=self.epoch,
                doomed=tuple(islice(self.doomed, beat.doomed_limit)),
                next_expiry=None if first is None else max(0.0, first - beat.min_remaining - now),
            )
        return pulse._replace(leader=self.leader.owner_id if self.leader else None)

    def announce(self, member: Member, epoch: int, sandbox_id: str, now: float) -> bool:
        """Enter a sandbox as `warming`."""
        self._see(member, now)
        if not self._leads(member, epoch, now):
            return False
        self.warming[sandbox_id] = member
        return True

    def commit(self, commit: Commit, now: float) -> CommitOutcome:
        """Move a sandbox from `warming` to idle."""
        self._see(commit.member, now)
        if self.warming.pop(commit.sandbox_id, None) is None:
            return CommitOutcome.KNOWN
        if not self._leads(commit.member, commit.epoch, now):
            self._doom((commit.sandbox_id,))
            return CommitOutcome.STALE
        cap = self.max_idle if commit.cap is None else commit.cap
        self._forget_waiters_at_the_front(now)
        if cap is not None and len(self.idle) >= cap + len(self.queue):
            self._doom((commit.sandbox_id,))
            return CommitOutcome.FULL
        self._store(commit.sandbox_id, Idle(now + commit.ttl, commit.endpoint))
        return CommitOutcome.STORED

    def settle(self, member: Member, settled: Iterable[str], killed: Iterable[str], now: float) -> None:
        """Report what was finished."""
        self._see(member, now)
        self._settle(settled)
        self._bury(killed)

    def leave(self, member: Member, settled: Iterable[str], killed: Iterable[str]) -> None:
        """Report what was finished and be forgotten."""
        self._settle(settled)
        self._bury(killed)
        self._forget(member)
        if self.leader == member:
            self.leader = None

    def _lead(self, beat: Beat, now: float) -> bool:
        if self.leader is not None and now >= self.lock_expires:
            self.leader = None
        if beat.campaign and self.leader is None:
            self.leader = beat.member
            self.epoch += 1
        if self.leader != beat.member:
            return False
        if not beat.campaign:
            self.leader = None
            return False
        self.lock_expires = now + beat.lock_ttl
        return True

    def _leads(self, member: Member, epoch: int, now: float) -> bool:
        return self.leader == member and self.epoch == epoch and now < self.lock_expires

    def _sweep(self, patience: float, now: float) -> None:
        known = {*self.seen, *self.warming.values(), *(held.member for held in self.taken.values())}
        for member in known:
            if now - self.seen.get(member, float("-inf")) > patience:
                self._forget(member)
        for token in [token for token, waiter in self.queue.items() if waiter.until <= now]:
            del self.queue[token]

    def _forget(self, member: Member) -> None:
        self.seen.pop(member, None)
        self.wakeups.pop(member, None)
        for sandbox_id in [key for key, worker in self.warming.items() if worker == member]:
            del self.warming[sandbox_id]
            self._doom((sandbox_id,))
        for token in [token for token, held in self.taken.items() if held.member == member]:
            self._doom((self.taken.pop(token).sandbox_id,))
        for token in [token for token, waiter in self.queue.items() if waiter.member == member]:
            del self.queue[token]
        self._wake_next()

    # Small steps

    def _see(self, member: Member, now: float) -> None:
        self.seen[member] = now

    def _settle(self, tokens: Iterable[str]) -> None:
        for token in tokens:
            self.taken.pop(token, None)

    def _bury(self, killed: Iterable[str]) -> None:
        for sandbox_id in killed:
            self.doomed.pop(sandbox_id, None)
            self.warming.pop(sandbox_id, None)

    def _doom(self, sandbox_ids: Iterable[str]) -> None:
        self.doomed.update(dict.fromkeys(sandbox_ids))

    def _store(self, sandbox_id: str, entry: Idle) -> None:
        # A renewed entry keeps no old place: its time is the newest.
        self.idle.pop(sandbox_id, None)
        self.idle[sandbox_id] = entry
        self._wake_next()

    # Waking

    def _wake_next(self) -> None:
        """Wake the last of those waiters who can be served now; those before were woken when it was their turn."""
        for place, (token, waiter) in enumerate(self.queue.items(), start=1):
            if place == len(self.idle):
                self.wake(waiter.member, token)
            if place >= len(self.idle):
                return

    def _wake_leader(self, asking: Member | None = None) -> None:
        if self.leader is not None and self.leader != asking:
            self.wake(self.leader, REFILL)

    def wake_leader(self) -> None:
        """Let the leader look again."""
        self._wake_leader()

    def wake(self, member: Member, message: str) -> None:
        """Leave a message, once."""
        waiting = self.wakeups.setdefault(member, [])
        if message not in waiting:
            waiting.append(message)

    def _wake_all(self) -> None:
        for member in self.seen:
            self.wake(member, REFILL)

    def inspect(self, pool_name: str, now: float) -> StoreStatus:
        """Return what is there to be seen."""
        leading = self.leader is not None and now < self.lock_expires
        return StoreStatus(
            pool_name=pool_name,
            destroy_state=self.state(now).value,
            leader=self.leader.owner_id if self.leader and leading else None,
            epoch=self.epoch,
            lock_remaining=self.lock_expires - now if leading else None,
            idle=len(self.idle),
            warming=len(self.warming),
            taken=len(self.taken),
            doomed=len(self.doomed),
            waiting=len(self.queue),
            max_idle=self.max_idle,
            members=tuple(MemberStatus(member, now - seen) for member, seen in self.seen.items()),
        )
