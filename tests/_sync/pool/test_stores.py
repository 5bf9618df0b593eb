# Generated from tests/_async/pool/test_stores.py by scripts/unasync.py. Do not edit.
"""What every coordinating store does, whatever it keeps its pools in: in memory and in Redis, awaited and blocking."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from opensandbox._concurrency.pairs import gather_bounded, monotonic, sleep
from opensandbox._core.pool.messages import (
    REFILL,
    Beat,
    Commit,
    CommitOutcome,
    Member,
    Take,
    Taken,
)
from opensandbox._sync.pool.memory_store import InMemoryPoolStateStore
from opensandbox._sync.pool.redis_store import RedisPoolStateStore
from opensandbox._sync.pool.store import CoordinatingStore
from opensandbox.exceptions import PoolDestroyedException
from opensandbox.pool_types import PoolDestroyState, PoolStateStore
from tests.support.redis import RedisServer

POOL = "workers"
LEADER = Member("owner-1", "run-1")
OTHER = Member("owner-2", "run-2")
SOON = 0.05
"""Seconds that a test can wait for to be over."""
HOUR = 3600.0


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, redis_server: RedisServer) -> Iterator[Any]:
    if request.param == "memory":
        yield InMemoryPoolStateStore()
        return
    with Redis.from_url(redis_server.url) as client:
        yield RedisPoolStateStore(client, f"test:{uuid.uuid4().hex}")


def eventually(ask: Callable[[], Any], wanted: Any) -> None:
    """Ask until the answer is the wanted one: time has to pass."""
    end = monotonic() + 10
    while (answer := ask()) != wanted:
        assert monotonic() < end, f"still {answer!r}"
        sleep(0.005)


def lead(store: Any, member: Member = LEADER, **settings: Any) -> int:
    """Beat and return the epoch that it leads in."""
    pulse = store.beat(POOL, Beat(member, **{"lock_ttl": 60.0, **settings}))
    assert pulse.epoch is not None
    return int(pulse.epoch)


def fill(store: Any, *sandbox_ids: str, ttl: float = HOUR, endpoint: str | None = None) -> None:
    """Warm sandboxes up."""
    epoch = lead(store)
    for sandbox_id in sandbox_ids:
        assert store.announce(POOL, LEADER, epoch, sandbox_id)
        commit = Commit(LEADER, epoch, sandbox_id, ttl, endpoint)
        assert store.commit(POOL, commit) is CommitOutcome.STORED


def taken_by(store: Any, member: Member, token: str, **settings: Any) -> str | None:
    """Take, and return the id."""
    taken: Taken = store.take(POOL, Take(member, token, **settings))
    return taken.sandbox.sandbox_id if taken.sandbox else None


def doomed(store: Any, **settings: Any) -> set[str]:
    """Return what the leader is told to kill."""
    pulse = store.beat(POOL, Beat(LEADER, **{"lock_ttl": 60.0, **settings}))
    return set(pulse.doomed)


def heard(store: Any, member: Member) -> list[str]:
    """Return the wake-ups that a member has not heard."""
    found: list[str] = []
    while messages := store.listen(POOL, member, SOON):
        found += messages
    return found


def test_store_has_both_protocols(store: Any) -> None:
    assert isinstance(store, PoolStateStore)
    assert isinstance(store, CoordinatingStore)


# The published protocol


def test_idle_sandboxes_leave_in_the_order_they_came(store: Any) -> None:
    for sandbox_id in ("a", "b", "c"):
        store.put_idle(POOL, sandbox_id)

    assert [store.try_take_idle(POOL) for _ in range(4)] == ["a", "b", "c", None]


def test_sandbox_that_is_put_twice_keeps_its_place_and_its_time(store: Any) -> None:
    store.put_idle(POOL, "a")
    store.put_idle(POOL, "b")
    before = store.snapshot_idle_entries(POOL)
    store.set_idle_entry_ttl(POOL, timedelta(hours=48))
    store.put_idle(POOL, "a")

    after = store.snapshot_idle_entries(POOL)
    assert [entry.sandbox_id for entry in after] == ["a", "b"]
    assert abs(after[0].expires_at - before[0].expires_at) < timedelta(hours=1)
    assert [store.try_take_idle(POOL) for _ in range(3)] == ["a", "b", None]


def test_expired_sandbox_that_is_put_again_is_the_newest(store: Any) -> None:
    store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    store.put_idle(POOL, "a")
    sleep(SOON + 0.01)
    store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    store.put_idle(POOL, "b")
    store.put_idle(POOL, "a")

    assert [store.try_take_idle(POOL) for _ in range(3)] == ["b", "a", None]


def test_removed_sandbox_is_not_handed_out(store: Any) -> None:
    store.put_idle(POOL, "a")
    store.put_idle(POOL, "b")

    assert store.remove_idle(POOL, "a") is True
    assert store.remove_idle(POOL, "a") is False
    assert [store.try_take_idle(POOL) for _ in range(2)] == ["b", None]


def test_entries_say_until_when_they_may_be_handed_out(store: Any) -> None:
    store.set_idle_entry_ttl(POOL, timedelta(hours=2))
    store.put_idle(POOL, "a")
    store.put_idle(POOL, "b")

    entries = store.snapshot_idle_entries(POOL)

    assert [entry.sandbox_id for entry in entries] == ["a", "b"]
    for entry in entries:
        assert abs(entry.expires_at - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1)
    assert (store.snapshot_counters(POOL)).idle_count == 2


def test_expired_sandbox_is_not_handed_out(store: Any) -> None:
    store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    store.put_idle(POOL, "a")
    sleep(SOON + 0.01)

    assert store.try_take_idle(POOL) is None


def test_take_with_a_minimum_passes_over_the_short_lived_and_names_them(store: Any) -> None:
    store.set_idle_entry_ttl(POOL, timedelta(seconds=30))
    store.put_idle(POOL, "short")
    store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    store.put_idle(POOL, "long")

    taken = store.try_take_idle_min_ttl(POOL, timedelta(minutes=1))

    assert (taken.sandbox_id, taken.discarded_alive_sandbox_ids) == ("long", ("short",))
    assert (store.snapshot_counters(POOL)).idle_count == 0


def test_reaping_removes_what_has_too_little_time_and_names_what_lives(store: Any) -> None:
    store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    store.put_idle(POOL, "over")
    store.set_idle_entry_ttl(POOL, timedelta(seconds=30))
    store.put_idle(POOL, "short")
    store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    store.put_idle(POOL, "long")
    sleep(SOON + 0.01)

    now = datetime.now(UTC)
    assert store.reap_expired_idle_min_ttl(POOL, now, timedelta(minutes=1)) == ("short",)
    store.reap_expired_idle(POOL, now)
    assert [entry.sandbox_id for entry in store.snapshot_idle_entries(POOL)] == ["long"]


def test_pools_do_not_see_each_other(store: Any) -> None:
    store.put_idle(POOL, "a")
    store.begin_destroy("others", "owner")

    assert store.try_take_idle("workers2") is None
    assert store.get_destroy_state(POOL) is PoolDestroyState.ACTIVE
    assert store.try_take_idle(POOL) == "a"


# Destruction


def test_destruction_bars_everything_but_taking_out(store: Any) -> None:
    fill(store, "a", "b", "c")
    epoch = lead(store)

    store.begin_destroy(POOL, "destroyer")

    assert store.get_destroy_state(POOL) is PoolDestroyState.DESTROYING
    barred: list[Callable[[], Any]] = [
        lambda: store.put_idle(POOL, "d"),
        lambda: store.set_max_idle(POOL, 3),
        lambda: store.set_idle_entry_ttl(POOL, timedelta(hours=1)),
        lambda: store.take(POOL, Take(OTHER, "t")),
        lambda: store.beat(POOL, Beat(LEADER, 60.0)),
        lambda: store.announce(POOL, LEADER, epoch, "d"),
        lambda: store.commit(POOL, Commit(LEADER, epoch, "d", HOUR)),
    ]
    for step in barred:
        with pytest.raises(PoolDestroyedException, match="workers"):
            step()
    ttl = timedelta(seconds=60)
    assert not store.try_acquire_primary_lock(POOL, LEADER.owner_id, ttl)
    assert not store.renew_primary_lock(POOL, LEADER.owner_id, ttl)
    assert store.try_take_idle(POOL) == "a"
    assert store.doom_idle(POOL, 0, 10) == ("b", "c")
    store.settle(POOL, OTHER, (), ("b", "c"))
    store.leave(POOL, LEADER, (), ())
    status = store.inspect(POOL)
    assert (status.destroy_state, status.idle, status.doomed) == ("DESTROYING", 0, 0)


def test_destruction_wakes_members(store: Any) -> None:
    lead(store)
    store.begin_destroy(POOL, "destroyer")

    assert heard(store, LEADER) == [REFILL]


def test_interrupted_destruction_can_be_taken_up_and_a_finished_one_not(store: Any) -> None:
    store.begin_destroy(POOL, "destroyer")
    store.begin_destroy(POOL, "another")
    store.mark_destroyed(POOL, "another", None)

    assert store.get_destroy_state(POOL) is PoolDestroyState.DESTROYED
    with pytest.raises(PoolDestroyedException):
        store.begin_destroy(POOL, "destroyer")
    with pytest.raises(PoolDestroyedException):
        store.put_idle(POOL, "a")


def test_tombstone_expires(store: Any) -> None:
    store.begin_destroy(POOL, "destroyer")
    store.mark_destroyed(POOL, "destroyer", timedelta(seconds=SOON))
    eventually(lambda: store.get_destroy_state(POOL), PoolDestroyState.ACTIVE)

    store.put_idle(POOL, "a")
    assert store.try_take_idle(POOL) == "a"


def test_cleared_pool_has_nothing(store: Any) -> None:
    fill(store, "a", "b")
    store.take(POOL, Take(OTHER, "t"))
    store.take(POOL, Take(OTHER, "u"))
    store.take(POOL, Take(OTHER, "v", queue_for=60))
    store.announce(POOL, LEADER, lead(store), "c")
    store.put_idle(POOL, "d")
    store.set_max_idle(POOL, 3)

    store.clear_pool_state(POOL)

    status = store.inspect(POOL)
    assert (status.idle, status.taken, status.warming, status.doomed, status.waiting) == (0, 0, 0, 0, 0)
    assert (status.leader, status.max_idle, status.members) == (None, None, ())


# Taking


def test_card_and_time_travel_with_the_sandbox(store: Any) -> None:
    fill(store, "a", ttl=100.0, endpoint='{"endpoint": "sandbox.example.com", "ü": [1]}')
    fill(store, "b", endpoint="")
    store.put_idle(POOL, "c")

    first = (store.take(POOL, Take(OTHER, "t1"))).sandbox
    second = (store.take(POOL, Take(OTHER, "t2"))).sandbox
    third = (store.take(POOL, Take(OTHER, "t3"))).sandbox

    assert (first.sandbox_id, first.endpoint) == ("a", '{"endpoint": "sandbox.example.com", "ü": [1]}')
    assert 90 < first.remaining <= 100
    assert (second.sandbox_id, second.endpoint) == ("b", "")
    assert (third.sandbox_id, third.endpoint) == ("c", None)


def test_take_that_is_asked_again_brings_the_same_answer(store: Any) -> None:
    fill(store, "a", "b", endpoint="endpoint")

    first = (store.take(POOL, Take(OTHER, "t"))).sandbox
    again = (store.take(POOL, Take(OTHER, "t"))).sandbox

    assert (again.sandbox_id, again.endpoint) == (first.sandbox_id, first.endpoint) == ("a", "endpoint")
    assert taken_by(store, OTHER, "u") == "b"


@pytest.mark.parametrize("way", ["take", "beat", "settle", "leave"])
def test_settled_take_is_forgotten(store: Any, way: str) -> None:
    fill(store, "a")
    store.take(POOL, Take(OTHER, "t"))

    if way == "take":
        store.take(POOL, Take(OTHER, "u", settled=("t",)))
    elif way == "beat":
        store.beat(POOL, Beat(OTHER, 60.0, settled=("t",)))
    elif way == "settle":
        store.settle(POOL, OTHER, ("t",), ())
    else:
        store.leave(POOL, OTHER, ("t",), ())

    status = store.inspect(POOL)
    assert (status.taken, status.doomed) == (0, 0)


def test_sandbox_too_close_to_its_end_is_doomed_and_the_next_is_taken(store: Any) -> None:
    fill(store, "short", "shorter", ttl=30.0)
    fill(store, "long")

    taken = store.take(POOL, Take(OTHER, "t", min_remaining=60.0))

    assert (taken.sandbox.sandbox_id, taken.discarded) == ("long", 2)
    assert doomed(store) == {"short", "shorter"}


def test_expired_sandbox_is_passed_over(store: Any) -> None:
    fill(store, "over", ttl=SOON)
    fill(store, "long")
    sleep(SOON + 0.01)

    assert taken_by(store, OTHER, "t") == "long"
    assert (store.inspect(POOL)).idle == 0
    assert doomed(store) == set()


def test_no_sandbox_is_handed_out_twice(store: Any) -> None:
    ids = [f"sandbox-{number}" for number in range(40)]
    fill(store, *ids)

    def take(number: int) -> str | None:
        if number % 3 == 0:
            taken: str | None = store.try_take_idle(POOL)
            return taken
        return taken_by(store, OTHER, f"token-{number}")

    answers = gather_bounded(take, range(60), 12)

    assert sorted(answer for answer in answers if answer is not None) == sorted(ids)


# Waiting


def test_waiters_are_served_in_their_order(store: Any) -> None:
    lead(store)
    assert (store.take(POOL, Take(OTHER, "first", queue_for=60))).ahead == 0
    assert (store.take(POOL, Take(OTHER, "second", queue_for=60))).ahead == 1
    fill(store, "a")

    late = store.take(POOL, Take(OTHER, "second", queue_for=60))

    assert (late.sandbox, late.ahead) == (None, 1)
    assert taken_by(store, OTHER, "first") == "a"
    fill(store, "b")
    assert taken_by(store, OTHER, "second") == "b"
    assert (store.inspect(POOL)).waiting == 0


def test_who_does_not_queue_has_all_waiters_ahead(store: Any) -> None:
    lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=60))
    fill(store, "a")

    pushy = store.take(POOL, Take(LEADER, "pushy"))
    assert (pushy.sandbox, pushy.ahead) == (None, 1)
    assert (store.inspect(POOL)).waiting == 1
    fill(store, "b")
    assert taken_by(store, LEADER, "pushy") == "a"
    assert taken_by(store, OTHER, "first") == "b"


def test_waiter_whose_time_is_over_is_not_ahead_of_anybody(store: Any) -> None:
    lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=SOON))
    fill(store, "a")

    eventually(lambda: taken_by(store, LEADER, "second"), "a")


def test_waiter_who_asks_again_stays_longer_and_keeps_the_place(store: Any) -> None:
    lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=SOON))
    store.take(POOL, Take(OTHER, "second", queue_for=60))
    store.take(POOL, Take(OTHER, "first", queue_for=60))
    sleep(SOON + 0.01)

    assert (store.take(POOL, Take(OTHER, "second", queue_for=60))).ahead == 1
    assert (store.take(POOL, Take(OTHER, "first", queue_for=60))).ahead == 0


@pytest.mark.parametrize("put", ["commit", "put_idle"])
def test_new_sandbox_wakes_the_waiter_whom_it_serves(store: Any, put: str) -> None:
    epoch = lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=60))
    store.take(POOL, Take(LEADER, "second", queue_for=60))

    def add(sandbox_id: str) -> None:
        store.announce(POOL, LEADER, epoch, sandbox_id)
        if put == "commit":
            store.commit(POOL, Commit(LEADER, epoch, sandbox_id, HOUR))
        else:
            store.put_idle(POOL, sandbox_id)

    heard(store, LEADER)
    add("a")
    assert (heard(store, OTHER), heard(store, LEADER)) == (["first"], [])
    add("b")
    assert (heard(store, OTHER), heard(store, LEADER)) == ([], ["second"])
    assert (store.inspect(POOL)).warming == 0


def test_waiter_who_gives_up_lets_the_next_one_be_woken(store: Any) -> None:
    lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=60))
    store.take(POOL, Take(OTHER, "second", queue_for=60))
    fill(store, "a")
    assert heard(store, OTHER) == ["first"]

    store.cancel_wait(POOL, OTHER, "first")
    store.cancel_wait(POOL, OTHER, "never queued")

    assert heard(store, OTHER) == ["second"]
    assert taken_by(store, OTHER, "second") == "a"


def test_take_that_is_given_up_leaves_its_sandbox_to_be_killed(store: Any) -> None:
    fill(store, "a", "b")
    store.take(POOL, Take(OTHER, "answer lost"))

    store.cancel_wait(POOL, OTHER, "answer lost")

    assert doomed(store) == {"a"}
    assert taken_by(store, OTHER, "answer lost") == "b"


# Waking


def test_take_and_a_new_place_wake_the_leader_and_nothing_else_does(store: Any) -> None:
    fill(store, "a")
    assert heard(store, LEADER) == []

    store.take(POOL, Take(OTHER, "t"))
    assert heard(store, LEADER) == [REFILL]
    store.take(POOL, Take(OTHER, "u"))
    assert heard(store, LEADER) == []
    store.take(POOL, Take(OTHER, "v", queue_for=60))
    store.take(POOL, Take(OTHER, "v", queue_for=60))
    assert heard(store, LEADER) == [REFILL]
    store.take(POOL, Take(LEADER, "w", queue_for=60))
    assert heard(store, LEADER) == []


def test_new_size_wakes_the_leader(store: Any) -> None:
    lead(store)

    store.set_max_idle(POOL, 7)

    assert heard(store, LEADER) == [REFILL]


def test_leader_who_follows_another_is_the_one_who_is_woken(store: Any) -> None:
    fill(store, "a", "b")
    store.take(POOL, Take(OTHER, "t"))
    store.leave(POOL, LEADER, (), ())
    successor = Member("owner-3", "run-3")
    lead(store, successor)

    store.take(POOL, Take(OTHER, "u"))

    assert heard(store, successor) == [REFILL]


def test_listening_ends_when_nothing_comes(store: Any) -> None:
    began = monotonic()

    assert store.listen(POOL, LEADER, SOON) == ()
    assert store.listen(POOL, LEADER, 0) == ()
    assert monotonic() - began < 5


def test_nudge_ends_listening(store: Any) -> None:
    def side(name: str) -> bool:
        if name == "listen":
            return bool(store.listen(POOL, LEADER, 60) == (REFILL,))
        store.nudge(POOL, LEADER)
        return True

    began = monotonic()
    assert gather_bounded(side, ["listen", "nudge"], 2) == [True, True]
    assert monotonic() - began < 30


# Leading


def test_one_member_leads_until_it_gives_up(store: Any) -> None:
    first = lead(store)
    assert lead(store) == first
    pulse = store.beat(POOL, Beat(OTHER, 60.0))
    assert (pulse.epoch, pulse.leader) == (None, LEADER.owner_id)

    assert (store.beat(POOL, Beat(LEADER, 60.0, campaign=False))).epoch is None
    assert lead(store, OTHER) == first + 1


def test_lead_ends_with_its_time(store: Any) -> None:
    first = lead(store, lock_ttl=SOON)

    def epoch() -> int | None:
        found: int | None = (store.beat(POOL, Beat(OTHER, 60.0))).epoch
        return found

    eventually(epoch, first + 1)
    assert (store.beat(POOL, Beat(LEADER, 60.0))).epoch is None


def test_another_run_of_the_same_owner_does_not_share_the_lead(store: Any) -> None:
    epoch = lead(store)
    restarted = Member(LEADER.owner_id, "run-9")

    assert (store.beat(POOL, Beat(restarted, 60.0))).epoch is None
    assert not store.announce(POOL, restarted, epoch, "a")
    store.leave(POOL, LEADER, (), ())
    assert lead(store, restarted) == epoch + 1


def test_beat_tells_what_is_there(store: Any) -> None:
    fill(store, "a", ttl=100.0)
    fill(store, "b", ttl=200.0)

    pulse = store.beat(POOL, Beat(LEADER, 60.0, min_remaining=40.0))

    assert (pulse.idle, pulse.waiting, pulse.doomed, pulse.leader) == (2, 0, (), LEADER.owner_id)
    assert 50 < pulse.next_expiry <= 60
    follower = store.beat(POOL, Beat(OTHER, 60.0))
    assert (follower.epoch, follower.idle, follower.next_expiry) == (None, 2, None)


def test_leader_reaps_what_is_too_close_to_its_end(store: Any) -> None:
    fill(store, "over", ttl=SOON)
    fill(store, "short", ttl=30.0)
    fill(store, "long")
    sleep(SOON + 0.01)

    pulse = store.beat(POOL, Beat(LEADER, 60.0, min_remaining=60.0))

    assert (pulse.idle, pulse.doomed) == (1, ("short",))


def test_doomed_sandboxes_come_again_until_they_are_killed(store: Any) -> None:
    fill(store, "a", "b", "c", "d")
    assert store.doom_idle(POOL, 1, 2) == ("a", "b")
    assert store.doom_idle(POOL, 1, 2) == ("c",)
    assert store.doom_idle(POOL, 1, 2) == ()

    assert doomed(store) == {"a", "b", "c"}
    assert len(doomed(store, doomed_limit=2)) == 2
    assert doomed(store, killed=("a", "b")) == {"c"}
    store.settle(POOL, OTHER, (), ("c",))
    assert doomed(store) == set()
    assert store.try_take_idle(POOL) == "d"


# Fencing


def test_stale_leader_can_announce_nothing(store: Any) -> None:
    epoch = lead(store)
    store.leave(POOL, LEADER, (), ())
    lead(store, OTHER)

    assert not store.announce(POOL, LEADER, epoch, "a")
    assert (store.inspect(POOL)).warming == 0


def test_commit_of_a_stale_leader_is_refused_and_its_sandbox_doomed(store: Any) -> None:
    epoch = lead(store)
    assert store.announce(POOL, LEADER, epoch, "a")
    store.beat(POOL, Beat(LEADER, 60.0, campaign=False))
    lead(store, OTHER)

    assert store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE
    pulse = store.beat(POOL, Beat(OTHER, 60.0))
    assert (pulse.idle, pulse.doomed) == (0, ("a",))


def test_commit_of_an_epoch_that_is_over_is_refused_though_its_member_leads_again(store: Any) -> None:
    epoch = lead(store)
    assert store.announce(POOL, LEADER, epoch, "a")
    store.beat(POOL, Beat(LEADER, 60.0, campaign=False))
    assert lead(store) == epoch + 1

    assert store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE


def test_commit_after_the_lead_expired_is_refused(store: Any) -> None:
    epoch = lead(store, lock_ttl=SOON)
    assert store.announce(POOL, LEADER, epoch, "a")
    sleep(SOON + 0.01)

    assert store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE


def test_commit_that_is_sent_again_changes_nothing(store: Any) -> None:
    fill(store, "a")
    again = Commit(LEADER, lead(store), "a", HOUR)

    assert store.commit(POOL, again) is CommitOutcome.KNOWN
    assert taken_by(store, OTHER, "t") == "a"
    assert store.commit(POOL, again) is CommitOutcome.KNOWN
    status = store.inspect(POOL)
    assert (status.idle, status.doomed, status.taken) == (0, 0, 1)


def test_full_pool_refuses_and_a_waiter_makes_room(store: Any) -> None:
    fill(store, "a")
    epoch = lead(store)
    for sandbox_id in ("b", "c", "d"):
        assert store.announce(POOL, LEADER, epoch, sandbox_id)
    assert store.commit(POOL, Commit(LEADER, epoch, "b", HOUR, cap=1)) is CommitOutcome.FULL
    assert doomed(store) == {"b"}

    store.take(POOL, Take(OTHER, "x"))
    store.take(POOL, Take(OTHER, "y", queue_for=60))

    assert store.commit(POOL, Commit(LEADER, epoch, "c", HOUR, cap=0)) is CommitOutcome.STORED
    assert store.commit(POOL, Commit(LEADER, epoch, "d", HOUR, cap=0)) is CommitOutcome.FULL


# Members that die or leave


def leave_behind(store: Any) -> None:
    """Let OTHER die with a sandbox warming, one taken and a place in the queue."""
    lead(store, OTHER)
    epoch = lead(store, OTHER)
    for sandbox_id in ("taken", "warming"):
        assert store.announce(POOL, OTHER, epoch, sandbox_id)
    assert store.commit(POOL, Commit(OTHER, epoch, "taken", HOUR)) is CommitOutcome.STORED
    assert taken_by(store, OTHER, "t") == "taken"
    store.take(POOL, Take(OTHER, "u", queue_for=60))


def test_what_a_dead_member_was_at_work_on_is_doomed(store: Any) -> None:
    leave_behind(store)
    store.beat(POOL, Beat(OTHER, 60.0, campaign=False))
    lead(store)
    assert doomed(store, sweep=True) == set()

    sleep(SOON + 0.01)
    store.take(POOL, Take(LEADER, "mine", queue_for=60))

    assert doomed(store, sweep=True, lock_ttl=SOON) == {"taken", "warming"}
    status = store.inspect(POOL)
    assert (status.warming, status.taken, status.waiting) == (0, 0, 1)
    assert [seen.member for seen in status.members] == [LEADER]


def test_what_a_leaving_member_was_at_work_on_is_doomed_at_once(store: Any) -> None:
    leave_behind(store)

    store.leave(POOL, OTHER, (), ("warming",))

    epoch = lead(store)
    assert epoch > 1
    assert doomed(store) == {"taken"}
    status = store.inspect(POOL)
    assert (status.warming, status.taken, status.waiting) == (0, 0, 0)
    assert [seen.member for seen in status.members] == [LEADER]


def test_waiters_behind_a_leaving_member_are_woken(store: Any) -> None:
    lead(store)
    store.take(POOL, Take(OTHER, "first", queue_for=60))
    store.take(POOL, Take(LEADER, "second", queue_for=60))
    fill(store, "a")
    heard(store, LEADER)

    store.leave(POOL, OTHER, (), ())

    assert heard(store, LEADER) == ["second"]


def test_inspection_tells_all(store: Any) -> None:
    fill(store, "a", "b", "c")
    store.announce(POOL, LEADER, lead(store), "d")
    store.doom_idle(POOL, 2, 1)
    store.take(POOL, Take(OTHER, "t"))
    store.take(POOL, Take(OTHER, "u"))
    store.take(POOL, Take(OTHER, "v", queue_for=60))

    status = store.inspect(POOL)

    assert (status.pool_name, status.destroy_state, status.leader) == (POOL, "ACTIVE", LEADER.owner_id)
    assert (status.epoch, status.idle, status.warming) == (1, 0, 1)
    assert (status.taken, status.doomed, status.waiting) == (2, 1, 1)
    assert 0 < status.lock_remaining <= 60
    assert {seen.member for seen in status.members} == {LEADER, OTHER}
    assert all(0 <= seen.unseen < 5 for seen in status.members)
