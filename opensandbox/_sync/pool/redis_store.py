# Generated from opensandbox/_async/pool/redis_store.py by scripts/unasync.py. Do not edit.
"""The store of pools whose members share a Redis."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from opensandbox._core.copies import stays_here
from opensandbox._core.deadlines import LONGEST
from opensandbox._core.pool import scripts
from opensandbox._core.pool.keys import DEFAULT_KEY_PREFIX, PoolKeys, not_blank, write_member, write_waiter
from opensandbox._core.pool.messages import REFILL, CommitOutcome
from opensandbox._core.pool.replies import optional_int, read_pulse, read_status, read_taken, text, texts
from opensandbox._sync.pool.redis_link import RedisLink, destroyed
from opensandbox.exceptions import PoolStateStoreUnavailableException
from opensandbox.models.pools import IdleEntry, PoolDestroyState, StoreCounters, TakeIdleResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis import Redis, RedisCluster

    from opensandbox._core.pool.messages import Beat, Commit, Member, Pulse, StoreStatus, Take, Taken

DEFAULT_IDLE_TTL = timedelta(hours=24)

OUTCOMES = {
    scripts.STORED: CommitOutcome.STORED,
    scripts.KNOWN: CommitOutcome.KNOWN,
    scripts.STALE: CommitOutcome.STALE,
    scripts.FULL: CommitOutcome.FULL,
}


@stays_here("pass the address of Redis, and make another there")
class RedisPoolStateStore:
    """A store in Redis 6 or newer. Pools that are given the same Redis, prefix and name are members of one pool.

    `redis` is an async client of the package `redis`: of one server, of a Sentinel (`sentinel.master_for(...)`) or of a
    cluster, with `decode_responses` or without. It stays yours: close it after the pools. A member keeps one connection busy
    waiting, so let the client have at least two. Its retries and its `socket_timeout` say how long an outage is waited out.

    Whatever Redis or the client fail with is raised as `PoolStateStoreUnavailableException`, the failure being the cause.

        store = RedisPoolStateStore(Redis.from_url("redis://redis.example.com:6379/0"))
    """

    DEFAULT_KEY_PREFIX = DEFAULT_KEY_PREFIX

    def __init__(self, redis: Redis | RedisCluster, key_prefix: str = DEFAULT_KEY_PREFIX) -> None:
        self._keys = PoolKeys(key_prefix)
        self._link = RedisLink(redis, self._keys)
        # By pool with members of ours: who led when last heard of. It saves a command where it is still true.
        self._leaders: dict[str, str] = {}

    # The published protocol

    def try_take_idle(self, pool_name: str) -> str | None:
        """Take the oldest idle sandbox out."""
        return (self.try_take_idle_min_ttl(pool_name, timedelta(0))).sandbox_id

    def try_take_idle_min_ttl(self, pool_name: str, min_remaining_ttl: timedelta) -> TakeIdleResult:
        """Take the oldest idle sandbox out that has so much time left."""
        least = _millis("min_remaining_ttl", min_remaining_ttl, 0)
        taken, *short = self._run(scripts.PLAIN_TAKE, pool_name, least) or [None]
        self._wake_leader(pool_name)
        return TakeIdleResult(None if taken is None else text(taken), texts(short))

    def put_idle(self, pool_name: str, sandbox_id: str) -> None:
        """Add an idle sandbox; one that is there already stays as it is."""
        not_blank("sandbox_id", sandbox_id, "pass the id of a sandbox")
        self._run(scripts.PUT, pool_name, sandbox_id, _millis("idle_ttl", DEFAULT_IDLE_TTL, 1))
        if pool_name in self._leaders:
            self._run(scripts.AFTER_PUT, pool_name, "", sandbox_id)

    def remove_idle(self, pool_name: str, sandbox_id: str) -> bool:
        """Remove an idle sandbox and tell whether it was there."""
        return bool(self._run(scripts.REMOVE, pool_name, sandbox_id))

    def try_acquire_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Take or extend the lock; not granted once destruction has begun."""
        not_blank("owner_id", owner_id, "say whose lock it is to be")
        return self._lock(scripts.LOCK, pool_name, owner_id, _millis("ttl", ttl, 1))

    def renew_primary_lock(self, pool_name: str, owner_id: str, ttl: timedelta) -> bool:
        """Extend the lock, if this owner has it; not granted once destruction has begun."""
        return self._lock(scripts.RENEW, pool_name, owner_id, _millis("ttl", ttl, 1))

    def release_primary_lock(self, pool_name: str, owner_id: str) -> None:
        """Give the lock up, if this owner has it."""
        self._run(scripts.RELEASE, pool_name, owner_id)

    def reap_expired_idle(self, pool_name: str, now: datetime) -> None:
        """Forget entries whose time is over, by the clock of Redis."""
        self.reap_expired_idle_min_ttl(pool_name, now, timedelta(0))

    def reap_expired_idle_min_ttl(
        self, pool_name: str, now: datetime, min_remaining_ttl: timedelta
    ) -> tuple[str, ...]:
        """Forget entries that have less time left by the clock of Redis, and return those that still live."""
        least = _millis("min_remaining_ttl", min_remaining_ttl, 0)
        return texts(self._run(scripts.REAP, pool_name, least))

    def snapshot_counters(self, pool_name: str) -> StoreCounters:
        """Count the idle sandboxes, with those whose time is over and that were not reaped yet."""
        return StoreCounters(int(self._link.command("hlen", self._keys.key(pool_name, "idle:expires"))))

    def snapshot_idle_entries(self, pool_name: str) -> list[IdleEntry]:
        """List the idle sandboxes, oldest first. What comes or goes meanwhile is left out."""
        order = self._link.command("lrange", self._keys.key(pool_name, "idle:list"), 0, -1)
        expiries = self._link.command("hgetall", self._keys.key(pool_name, "idle:expires"))
        return [
            IdleEntry(text(sandbox_id), datetime.fromtimestamp(int(expiries[sandbox_id]) / 1000, UTC))
            for sandbox_id in order
            if sandbox_id in expiries
        ]

    def get_max_idle(self, pool_name: str) -> int | None:
        """Return the size that all members share, if there is one."""
        return optional_int(self._link.command("get", self._keys.key(pool_name, "maxIdle")))

    def set_max_idle(self, pool_name: str, max_idle: int) -> None:
        """Set the size that all members share, and let the leader look again."""
        if max_idle < 0:
            raise ValueError(f"max_idle must be 0 or more, not {max_idle!r}")
        self._run(scripts.SET_MAX_IDLE, pool_name, max_idle)
        self._wake_leader(pool_name)

    def set_idle_entry_ttl(self, pool_name: str, idle_ttl: timedelta) -> None:
        """Set how long entries put from now on stay idle."""
        self._run(scripts.SET_IDLE_TTL, pool_name, _millis("idle_ttl", idle_ttl, 1))

    def get_destroy_state(self, pool_name: str) -> PoolDestroyState:
        """Tell whether the name may be used."""
        state = self._link.command("get", self._keys.key(pool_name, "destroy:state"))
        return PoolDestroyState.ACTIVE if state is None else PoolDestroyState(text(state))

    def begin_destroy(self, pool_name: str, owner_id: str) -> None:
        """Bar everything but taking out."""
        self._run(scripts.BEGIN_DESTROY, pool_name, owner_id)
        if pool_name in self._leaders:
            self._run(scripts.AFTER_BEGIN_DESTROY, pool_name, "")

    def clear_pool_state(self, pool_name: str) -> None:
        """Forget all entries and settings."""
        self._run(scripts.CLEAR, pool_name)
        if pool_name in self._leaders:
            self._run(scripts.AFTER_CLEAR, pool_name)

    def mark_destroyed(self, pool_name: str, owner_id: str, tombstone_ttl: timedelta | None) -> None:
        """Leave a tombstone."""
        ttl = 0 if tombstone_ttl is None else _millis("tombstone_ttl", tombstone_ttl, 1)
        self._run(scripts.MARK_DESTROYED, pool_name, owner_id, ttl)

    # Coordination

    def take(self, pool_name: str, take: Take) -> Taken:
        """Move the oldest usable idle sandbox to `taken`, or keep a place in the queue."""
        member = write_member(take.member)
        leader = self._leaders.setdefault(pool_name, "")
        queue_for = -1 if take.queue_for is None else _ms(take.queue_for)
        reply = self._run(
            scripts.TAKE,
            pool_name,
            leader,
            member,
            take.token,
            write_waiter(take.token, member),
            _ms(take.min_remaining),
            queue_for,
            _list(take.settled),
        )
        return read_taken(reply)

    def cancel_wait(self, pool_name: str, member: Member, token: str) -> None:
        """Give up a take: its place in the queue, and the sandbox that it may have got without anybody knowing."""
        near = write_member(member)
        self._run(scripts.CANCEL_WAIT, pool_name, near, write_waiter(token, near), token)

    def beat(self, pool_name: str, beat: Beat) -> Pulse:
        """Show that a member lives, take or extend the lead, and learn what there is to do."""
        reply = self._run(
            scripts.BEAT,
            pool_name,
            write_member(beat.member),
            beat.member.owner_id,
            max(1, _ms(beat.lock_ttl)),
            int(beat.campaign),
            _ms(beat.min_remaining),
            int(beat.sweep),
            beat.doomed_limit,
            _list(beat.settled),
            _list(beat.killed),
        )
        leader = reply[-1]
        self._leaders[pool_name] = "" if leader is None else text(leader)
        return read_pulse(reply)

    def announce(self, pool_name: str, member: Member, epoch: int, sandbox_id: str) -> bool:
        """Enter a sandbox as `warming`."""
        not_blank("sandbox_id", sandbox_id, "pass the id of a sandbox")
        near = write_member(member)
        return bool(self._run(scripts.ANNOUNCE, pool_name, near, member.owner_id, epoch, sandbox_id))

    def commit(self, pool_name: str, commit: Commit) -> CommitOutcome:
        """Move a sandbox from `warming` to idle."""
        outcome = self._run(
            scripts.COMMIT,
            pool_name,
            write_member(commit.member),
            commit.member.owner_id,
            commit.epoch,
            commit.sandbox_id,
            _ms(commit.ttl),
            _list([] if commit.endpoint is None else [commit.endpoint]),
            -1 if commit.cap is None else commit.cap,
        )
        return OUTCOMES[outcome]

    def doom_idle(self, pool_name: str, keep: int, limit: int) -> tuple[str, ...]:
        """Doom idle sandboxes, oldest first."""
        self._leaders.setdefault(pool_name, "")
        return texts(self._run(scripts.DOOM_IDLE, pool_name, keep, limit))

    def settle(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished."""
        self._run(scripts.SETTLE, pool_name, write_member(member), _list(settled), _list(killed))

    def leave(
        self, pool_name: str, member: Member, settled: tuple[str, ...], killed: tuple[str, ...]
    ) -> None:
        """Report what was finished and be forgotten."""
        near = write_member(member)
        self._run(scripts.LEAVE, pool_name, near, member.owner_id, _list(settled), _list(killed))

    def listen(self, pool_name: str, member: Member, timeout: float) -> tuple[str, ...]:
        """Wait for a wake-up of this member, not longer than the client can bear silence."""
        key = self._keys.wake(pool_name, write_member(member))
        # Zero would be without end, and so would be 0.001, which Redis 6 rounds down.
        seconds = max(0.01, min(timeout, self._link.longest_wait))
        heard = self._link.command("bzpopmin", key, seconds)
        return () if heard is None else (text(heard[1]),)

    def nudge(self, pool_name: str, member: Member) -> None:
        """Let a `listen` of this member return."""
        near = write_member(member)
        self._run(scripts.NUDGE, pool_name, near, REFILL)

    def inspect(self, pool_name: str) -> StoreStatus:
        """Return what is there to be seen."""
        self._leaders.setdefault(pool_name, "")
        return read_status(pool_name, self._run(scripts.INSPECT, pool_name))

    # Running scripts

    def _run(self, script: scripts.Script, pool_name: str, *args: str | int) -> Any:
        """Return what a script says, after passing on the wake-ups that it could not deliver."""
        suffixes = [f"wake:{args[0]}" if suffix == scripts.WAKE else suffix for suffix in script.suffixes]
        reply = self._link.run(script, self._keys.keys(pool_name, suffixes), *args)
        if reply == -1:
            raise destroyed(pool_name)
        if not script.wakes or not isinstance(reply, list):
            return reply
        reply, wakes = reply
        self._wake(pool_name, *zip(texts(wakes[::2]), texts(wakes[1::2]), strict=True))
        return reply

    def _wake_leader(self, pool_name: str) -> None:
        """Let the leader look again, if it is known who that is."""
        if leader := self._leaders.get(pool_name):
            self._wake(pool_name, (leader, REFILL))

    def _wake(self, pool_name: str, *wakes: tuple[str, str]) -> None:
        for member, message in wakes:
            if message == REFILL and pool_name in self._leaders:
                self._leaders[pool_name] = member
            try:
                self._run(scripts.NUDGE, pool_name, member, message)
            except PoolStateStoreUnavailableException:
                # The step itself is done, and the next beats find out whom to serve.
                return

    def _lock(self, script: scripts.Script, pool_name: str, *args: str | int) -> bool:
        keys = self._keys.keys(pool_name, script.suffixes)
        return bool(self._link.run(script, keys, *args) == 1)

    def _primary_lock_key(self, pool_name: str) -> str:
        """Return the key of the lock; tests of other projects look at it."""
        return self._keys.key(pool_name, "lock")


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _list(items: Iterable[str]) -> str:
    return json.dumps(list(items), ensure_ascii=False)


def _millis(name: str, duration: timedelta, least: int) -> int:
    millis = min(duration, timedelta(seconds=LONGEST)) // timedelta(milliseconds=1)
    if millis < least:
        raise ValueError(f"{name} must be a timedelta of {least} ms or more, not {duration!r}")
    return millis
