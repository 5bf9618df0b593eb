"""What every coordinating store does, whatever it keeps its pools in: in memory and in Redis, awaited and blocking."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore
from opensandbox._async.pool.store import CoordinatingStore
from opensandbox._concurrency.pairs import async_gather_bounded, async_sleep, monotonic
from opensandbox._core.pool.messages import (
    REFILL,
    Beat,
    Commit,
    CommitOutcome,
    Member,
    Take,
    Taken,
)
from opensandbox.exceptions import PoolDestroyedException
from opensandbox.pool_types import AsyncPoolStateStore, PoolDestroyState
from tests.support.redis import RedisServer

pytestmark = pytest.mark.anyio

POOL = "workers"
LEADER = Member("owner-1", "run-1")
OTHER = Member("owner-2", "run-2")
SOON = 0.05
"""Seconds that a test can wait for to be over."""
HOUR = 3600.0


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest, redis_server: RedisServer) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield InMemoryAsyncPoolStateStore()
        return
    async with Redis.from_url(redis_server.url) as client:
        yield AsyncRedisPoolStateStore(client, f"test:{uuid.uuid4().hex}")


async def eventually(ask: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    """Ask until the answer is the wanted one: time has to pass."""
    end = monotonic() + 10
    while (answer := await ask()) != wanted:
        assert monotonic() < end, f"still {answer!r}"
        await async_sleep(0.005)


async def lead(store: Any, member: Member = LEADER, **settings: Any) -> int:
    """Beat and return the epoch that it leads in."""
    pulse = await store.beat(POOL, Beat(member, **{"lock_ttl": 60.0, **settings}))
    assert pulse.epoch is not None
    return int(pulse.epoch)


async def fill(store: Any, *sandbox_ids: str, ttl: float = HOUR, endpoint: str | None = None) -> None:
    """Warm sandboxes up."""
    epoch = await lead(store)
    for sandbox_id in sandbox_ids:
        assert await store.announce(POOL, LEADER, epoch, sandbox_id)
        commit = Commit(LEADER, epoch, sandbox_id, ttl, endpoint)
        assert await store.commit(POOL, commit) is CommitOutcome.STORED


async def taken_by(store: Any, member: Member, token: str, **settings: Any) -> str | None:
    """Take, and return the id."""
    taken: Taken = await store.take(POOL, Take(member, token, **settings))
    return taken.sandbox.sandbox_id if taken.sandbox else None


async def doomed(store: Any, **settings: Any) -> set[str]:
    """Return what the leader is told to kill."""
    pulse = await store.beat(POOL, Beat(LEADER, **{"lock_ttl": 60.0, **settings}))
    return set(pulse.doomed)


async def heard(store: Any, member: Member) -> list[str]:
    """Return the wake-ups that a member has not heard."""
    found: list[str] = []
    while messages := await store.listen(POOL, member, SOON):
        found += messages
    return found


async def test_store_has_both_protocols(store: Any) -> None:
    assert isinstance(store, AsyncPoolStateStore)
    assert isinstance(store, CoordinatingStore)


# The published protocol


async def test_idle_sandboxes_leave_in_the_order_they_came(store: Any) -> None:
    for sandbox_id in ("a", "b", "c"):
        await store.put_idle(POOL, sandbox_id)

    assert [await store.try_take_idle(POOL) for _ in range(4)] == ["a", "b", "c", None]


async def test_sandbox_that_is_put_twice_keeps_its_place_and_its_time(store: Any) -> None:
    await store.put_idle(POOL, "a")
    await store.put_idle(POOL, "b")
    before = await store.snapshot_idle_entries(POOL)
    await store.set_idle_entry_ttl(POOL, timedelta(hours=48))
    await store.put_idle(POOL, "a")

    after = await store.snapshot_idle_entries(POOL)
    assert [entry.sandbox_id for entry in after] == ["a", "b"]
    assert abs(after[0].expires_at - before[0].expires_at) < timedelta(hours=1)
    assert [await store.try_take_idle(POOL) for _ in range(3)] == ["a", "b", None]


async def test_expired_sandbox_that_is_put_again_is_the_newest(store: Any) -> None:
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    await store.put_idle(POOL, "a")
    await async_sleep(SOON + 0.01)
    await store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    await store.put_idle(POOL, "b")
    await store.put_idle(POOL, "a")

    assert [await store.try_take_idle(POOL) for _ in range(3)] == ["b", "a", None]


async def test_removed_sandbox_is_not_handed_out(store: Any) -> None:
    await store.put_idle(POOL, "a")
    await store.put_idle(POOL, "b")

    assert await store.remove_idle(POOL, "a") is True
    assert await store.remove_idle(POOL, "a") is False
    assert [await store.try_take_idle(POOL) for _ in range(2)] == ["b", None]


async def test_entries_say_until_when_they_may_be_handed_out(store: Any) -> None:
    await store.set_idle_entry_ttl(POOL, timedelta(hours=2))
    await store.put_idle(POOL, "a")
    await store.put_idle(POOL, "b")

    entries = await store.snapshot_idle_entries(POOL)

    assert [entry.sandbox_id for entry in entries] == ["a", "b"]
    for entry in entries:
        assert abs(entry.expires_at - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=1)
    assert (await store.snapshot_counters(POOL)).idle_count == 2


async def test_expired_sandbox_is_not_handed_out(store: Any) -> None:
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    await store.put_idle(POOL, "a")
    await async_sleep(SOON + 0.01)

    assert await store.try_take_idle(POOL) is None


async def test_take_with_a_minimum_passes_over_the_short_lived_and_names_them(store: Any) -> None:
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=30))
    await store.put_idle(POOL, "short")
    await store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    await store.put_idle(POOL, "long")

    taken = await store.try_take_idle_min_ttl(POOL, timedelta(minutes=1))

    assert (taken.sandbox_id, taken.discarded_alive_sandbox_ids) == ("long", ("short",))
    assert (await store.snapshot_counters(POOL)).idle_count == 0


async def test_reaping_removes_what_has_too_little_time_and_names_what_lives(store: Any) -> None:
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=SOON))
    await store.put_idle(POOL, "over")
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=30))
    await store.put_idle(POOL, "short")
    await store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    await store.put_idle(POOL, "long")
    await async_sleep(SOON + 0.01)

    now = datetime.now(UTC)
    assert await store.reap_expired_idle_min_ttl(POOL, now, timedelta(minutes=1)) == ("short",)
    await store.reap_expired_idle(POOL, now)
    assert [entry.sandbox_id for entry in await store.snapshot_idle_entries(POOL)] == ["long"]


async def test_pools_do_not_see_each_other(store: Any) -> None:
    await store.put_idle(POOL, "a")
    await store.begin_destroy("others", "owner")

    assert await store.try_take_idle("workers2") is None
    assert await store.get_destroy_state(POOL) is PoolDestroyState.ACTIVE
    assert await store.try_take_idle(POOL) == "a"


# Destruction


async def test_destruction_bars_everything_but_taking_out(store: Any) -> None:
    await fill(store, "a", "b", "c")
    epoch = await lead(store)

    await store.begin_destroy(POOL, "destroyer")

    assert await store.get_destroy_state(POOL) is PoolDestroyState.DESTROYING
    barred: list[Callable[[], Awaitable[Any]]] = [
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
            await step()
    ttl = timedelta(seconds=60)
    assert not await store.try_acquire_primary_lock(POOL, LEADER.owner_id, ttl)
    assert not await store.renew_primary_lock(POOL, LEADER.owner_id, ttl)
    assert await store.try_take_idle(POOL) == "a"
    assert await store.doom_idle(POOL, 0, 10) == ("b", "c")
    await store.settle(POOL, OTHER, (), ("b", "c"))
    await store.leave(POOL, LEADER, (), ())
    status = await store.inspect(POOL)
    assert (status.destroy_state, status.idle, status.doomed) == ("DESTROYING", 0, 0)


async def test_destruction_wakes_members(store: Any) -> None:
    await lead(store)
    await store.begin_destroy(POOL, "destroyer")

    assert await heard(store, LEADER) == [REFILL]


async def test_interrupted_destruction_can_be_taken_up_and_a_finished_one_not(store: Any) -> None:
    await store.begin_destroy(POOL, "destroyer")
    await store.begin_destroy(POOL, "another")
    await store.mark_destroyed(POOL, "another", None)

    assert await store.get_destroy_state(POOL) is PoolDestroyState.DESTROYED
    with pytest.raises(PoolDestroyedException):
        await store.begin_destroy(POOL, "destroyer")
    with pytest.raises(PoolDestroyedException):
        await store.put_idle(POOL, "a")


async def test_tombstone_expires(store: Any) -> None:
    await store.begin_destroy(POOL, "destroyer")
    await store.mark_destroyed(POOL, "destroyer", timedelta(seconds=SOON))
    await eventually(lambda: store.get_destroy_state(POOL), PoolDestroyState.ACTIVE)

    await store.put_idle(POOL, "a")
    assert await store.try_take_idle(POOL) == "a"


async def test_cleared_pool_has_nothing(store: Any) -> None:
    await fill(store, "a", "b")
    await store.take(POOL, Take(OTHER, "t"))
    await store.take(POOL, Take(OTHER, "u"))
    await store.take(POOL, Take(OTHER, "v", queue_for=60))
    await store.announce(POOL, LEADER, await lead(store), "c")
    await store.put_idle(POOL, "d")
    await store.set_max_idle(POOL, 3)

    await store.clear_pool_state(POOL)

    status = await store.inspect(POOL)
    assert (status.idle, status.taken, status.warming, status.doomed, status.waiting) == (0, 0, 0, 0, 0)
    assert (status.leader, status.max_idle, status.members) == (None, None, ())


# Taking


async def test_card_and_time_travel_with_the_sandbox(store: Any) -> None:
    await fill(store, "a", ttl=100.0, endpoint='{"endpoint": "sandbox.example.com", "ü": [1]}')
    await fill(store, "b", endpoint="")
    await store.put_idle(POOL, "c")

    first = (await store.take(POOL, Take(OTHER, "t1"))).sandbox
    second = (await store.take(POOL, Take(OTHER, "t2"))).sandbox
    third = (await store.take(POOL, Take(OTHER, "t3"))).sandbox

    assert (first.sandbox_id, first.endpoint) == ("a", '{"endpoint": "sandbox.example.com", "ü": [1]}')
    assert 90 < first.remaining <= 100
    assert (second.sandbox_id, second.endpoint) == ("b", "")
    assert (third.sandbox_id, third.endpoint) == ("c", None)


async def test_take_that_is_asked_again_brings_the_same_answer(store: Any) -> None:
    await fill(store, "a", "b", endpoint="endpoint")

    first = (await store.take(POOL, Take(OTHER, "t"))).sandbox
    again = (await store.take(POOL, Take(OTHER, "t"))).sandbox

    assert (again.sandbox_id, again.endpoint) == (first.sandbox_id, first.endpoint) == ("a", "endpoint")
    assert await taken_by(store, OTHER, "u") == "b"


@pytest.mark.parametrize("way", ["take", "beat", "settle", "leave"])
async def test_settled_take_is_forgotten(store: Any, way: str) -> None:
    await fill(store, "a")
    await store.take(POOL, Take(OTHER, "t"))

    if way == "take":
        await store.take(POOL, Take(OTHER, "u", settled=("t",)))
    elif way == "beat":
        await store.beat(POOL, Beat(OTHER, 60.0, settled=("t",)))
    elif way == "settle":
        await store.settle(POOL, OTHER, ("t",), ())
    else:
        await store.leave(POOL, OTHER, ("t",), ())

    status = await store.inspect(POOL)
    assert (status.taken, status.doomed) == (0, 0)


async def test_sandbox_too_close_to_its_end_is_doomed_and_the_next_is_taken(store: Any) -> None:
    await fill(store, "short", "shorter", ttl=30.0)
    await fill(store, "long")

    taken = await store.take(POOL, Take(OTHER, "t", min_remaining=60.0))

    assert (taken.sandbox.sandbox_id, taken.discarded) == ("long", 2)
    assert await doomed(store) == {"short", "shorter"}


async def test_expired_sandbox_is_passed_over(store: Any) -> None:
    await fill(store, "over", ttl=SOON)
    await fill(store, "long")
    await async_sleep(SOON + 0.01)

    assert await taken_by(store, OTHER, "t") == "long"
    assert (await store.inspect(POOL)).idle == 0
    assert await doomed(store) == set()


async def test_no_sandbox_is_handed_out_twice(store: Any) -> None:
    ids = [f"sandbox-{number}" for number in range(40)]
    await fill(store, *ids)

    async def take(number: int) -> str | None:
        if number % 3 == 0:
            taken: str | None = await store.try_take_idle(POOL)
            return taken
        return await taken_by(store, OTHER, f"token-{number}")

    answers = await async_gather_bounded(take, range(60), 12)

    assert sorted(answer for answer in answers if answer is not None) == sorted(ids)


# Waiting


async def test_waiters_are_served_in_their_order(store: Any) -> None:
    await lead(store)
    assert (await store.take(POOL, Take(OTHER, "first", queue_for=60))).ahead == 0
    assert (await store.take(POOL, Take(OTHER, "second", queue_for=60))).ahead == 1
    await fill(store, "a")

    late = await store.take(POOL, Take(OTHER, "second", queue_for=60))

    assert (late.sandbox, late.ahead) == (None, 1)
    assert await taken_by(store, OTHER, "first") == "a"
    await fill(store, "b")
    assert await taken_by(store, OTHER, "second") == "b"
    assert (await store.inspect(POOL)).waiting == 0


async def test_who_does_not_queue_has_all_waiters_ahead(store: Any) -> None:
    await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=60))
    await fill(store, "a")

    pushy = await store.take(POOL, Take(LEADER, "pushy"))
    assert (pushy.sandbox, pushy.ahead) == (None, 1)
    assert (await store.inspect(POOL)).waiting == 1
    await fill(store, "b")
    assert await taken_by(store, LEADER, "pushy") == "a"
    assert await taken_by(store, OTHER, "first") == "b"


async def test_waiter_whose_time_is_over_is_not_ahead_of_anybody(store: Any) -> None:
    await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=SOON))
    await fill(store, "a")

    await eventually(lambda: taken_by(store, LEADER, "second"), "a")


async def test_waiter_who_asks_again_stays_longer_and_keeps_the_place(store: Any) -> None:
    await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=SOON))
    await store.take(POOL, Take(OTHER, "second", queue_for=60))
    await store.take(POOL, Take(OTHER, "first", queue_for=60))
    await async_sleep(SOON + 0.01)

    assert (await store.take(POOL, Take(OTHER, "second", queue_for=60))).ahead == 1
    assert (await store.take(POOL, Take(OTHER, "first", queue_for=60))).ahead == 0


@pytest.mark.parametrize("put", ["commit", "put_idle"])
async def test_new_sandbox_wakes_the_waiter_whom_it_serves(store: Any, put: str) -> None:
    epoch = await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=60))
    await store.take(POOL, Take(LEADER, "second", queue_for=60))

    async def add(sandbox_id: str) -> None:
        await store.announce(POOL, LEADER, epoch, sandbox_id)
        if put == "commit":
            await store.commit(POOL, Commit(LEADER, epoch, sandbox_id, HOUR))
        else:
            await store.put_idle(POOL, sandbox_id)

    await heard(store, LEADER)
    await add("a")
    assert (await heard(store, OTHER), await heard(store, LEADER)) == (["first"], [])
    await add("b")
    assert (await heard(store, OTHER), await heard(store, LEADER)) == ([], ["second"])
    assert (await store.inspect(POOL)).warming == 0


async def test_waiter_who_gives_up_lets_the_next_one_be_woken(store: Any) -> None:
    await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=60))
    await store.take(POOL, Take(OTHER, "second", queue_for=60))
    await fill(store, "a")
    assert await heard(store, OTHER) == ["first"]

    await store.cancel_wait(POOL, OTHER, "first")
    await store.cancel_wait(POOL, OTHER, "never queued")

    assert await heard(store, OTHER) == ["second"]
    assert await taken_by(store, OTHER, "second") == "a"


async def test_take_that_is_given_up_leaves_its_sandbox_to_be_killed(store: Any) -> None:
    await fill(store, "a", "b")
    await store.take(POOL, Take(OTHER, "answer lost"))

    await store.cancel_wait(POOL, OTHER, "answer lost")

    assert await doomed(store) == {"a"}
    assert await taken_by(store, OTHER, "answer lost") == "b"


# Waking


async def test_take_and_a_new_place_wake_the_leader_and_nothing_else_does(store: Any) -> None:
    await fill(store, "a")
    assert await heard(store, LEADER) == []

    await store.take(POOL, Take(OTHER, "t"))
    assert await heard(store, LEADER) == [REFILL]
    await store.take(POOL, Take(OTHER, "u"))
    assert await heard(store, LEADER) == []
    await store.take(POOL, Take(OTHER, "v", queue_for=60))
    await store.take(POOL, Take(OTHER, "v", queue_for=60))
    assert await heard(store, LEADER) == [REFILL]
    await store.take(POOL, Take(LEADER, "w", queue_for=60))
    assert await heard(store, LEADER) == []


async def test_new_size_wakes_the_leader(store: Any) -> None:
    await lead(store)

    await store.set_max_idle(POOL, 7)

    assert await heard(store, LEADER) == [REFILL]


async def test_leader_who_follows_another_is_the_one_who_is_woken(store: Any) -> None:
    await fill(store, "a", "b")
    await store.take(POOL, Take(OTHER, "t"))
    await store.leave(POOL, LEADER, (), ())
    successor = Member("owner-3", "run-3")
    await lead(store, successor)

    await store.take(POOL, Take(OTHER, "u"))

    assert await heard(store, successor) == [REFILL]


async def test_listening_ends_when_nothing_comes(store: Any) -> None:
    began = monotonic()

    assert await store.listen(POOL, LEADER, SOON) == ()
    assert await store.listen(POOL, LEADER, 0) == ()
    assert monotonic() - began < 5


async def test_nudge_ends_listening(store: Any) -> None:
    async def side(name: str) -> bool:
        if name == "listen":
            return bool(await store.listen(POOL, LEADER, 60) == (REFILL,))
        await store.nudge(POOL, LEADER)
        return True

    began = monotonic()
    assert await async_gather_bounded(side, ["listen", "nudge"], 2) == [True, True]
    assert monotonic() - began < 30


# Leading


async def test_one_member_leads_until_it_gives_up(store: Any) -> None:
    first = await lead(store)
    assert await lead(store) == first
    pulse = await store.beat(POOL, Beat(OTHER, 60.0))
    assert (pulse.epoch, pulse.leader) == (None, LEADER.owner_id)

    assert (await store.beat(POOL, Beat(LEADER, 60.0, campaign=False))).epoch is None
    assert await lead(store, OTHER) == first + 1


async def test_lead_ends_with_its_time(store: Any) -> None:
    first = await lead(store, lock_ttl=SOON)

    async def epoch() -> int | None:
        found: int | None = (await store.beat(POOL, Beat(OTHER, 60.0))).epoch
        return found

    await eventually(epoch, first + 1)
    assert (await store.beat(POOL, Beat(LEADER, 60.0))).epoch is None


async def test_another_run_of_the_same_owner_does_not_share_the_lead(store: Any) -> None:
    epoch = await lead(store)
    restarted = Member(LEADER.owner_id, "run-9")

    assert (await store.beat(POOL, Beat(restarted, 60.0))).epoch is None
    assert not await store.announce(POOL, restarted, epoch, "a")
    await store.leave(POOL, LEADER, (), ())
    assert await lead(store, restarted) == epoch + 1


async def test_beat_tells_what_is_there(store: Any) -> None:
    await fill(store, "a", ttl=100.0)
    await fill(store, "b", ttl=200.0)

    pulse = await store.beat(POOL, Beat(LEADER, 60.0, min_remaining=40.0))

    assert (pulse.idle, pulse.waiting, pulse.doomed, pulse.leader) == (2, 0, (), LEADER.owner_id)
    assert 50 < pulse.next_expiry <= 60
    follower = await store.beat(POOL, Beat(OTHER, 60.0))
    assert (follower.epoch, follower.idle, follower.next_expiry) == (None, 2, None)


async def test_leader_reaps_what_is_too_close_to_its_end(store: Any) -> None:
    await fill(store, "over", ttl=SOON)
    await fill(store, "short", ttl=30.0)
    await fill(store, "long")
    await async_sleep(SOON + 0.01)

    pulse = await store.beat(POOL, Beat(LEADER, 60.0, min_remaining=60.0))

    assert (pulse.idle, pulse.doomed) == (1, ("short",))


async def test_doomed_sandboxes_come_again_until_they_are_killed(store: Any) -> None:
    await fill(store, "a", "b", "c", "d")
    assert await store.doom_idle(POOL, 1, 2) == ("a", "b")
    assert await store.doom_idle(POOL, 1, 2) == ("c",)
    assert await store.doom_idle(POOL, 1, 2) == ()

    assert await doomed(store) == {"a", "b", "c"}
    assert len(await doomed(store, doomed_limit=2)) == 2
    assert await doomed(store, killed=("a", "b")) == {"c"}
    await store.settle(POOL, OTHER, (), ("c",))
    assert await doomed(store) == set()
    assert await store.try_take_idle(POOL) == "d"


# Fencing


async def test_stale_leader_can_announce_nothing(store: Any) -> None:
    epoch = await lead(store)
    await store.leave(POOL, LEADER, (), ())
    await lead(store, OTHER)

    assert not await store.announce(POOL, LEADER, epoch, "a")
    assert (await store.inspect(POOL)).warming == 0


async def test_commit_of_a_stale_leader_is_refused_and_its_sandbox_doomed(store: Any) -> None:
    epoch = await lead(store)
    assert await store.announce(POOL, LEADER, epoch, "a")
    await store.beat(POOL, Beat(LEADER, 60.0, campaign=False))
    await lead(store, OTHER)

    assert await store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE
    pulse = await store.beat(POOL, Beat(OTHER, 60.0))
    assert (pulse.idle, pulse.doomed) == (0, ("a",))


async def test_commit_of_an_epoch_that_is_over_is_refused_though_its_member_leads_again(store: Any) -> None:
    epoch = await lead(store)
    assert await store.announce(POOL, LEADER, epoch, "a")
    await store.beat(POOL, Beat(LEADER, 60.0, campaign=False))
    assert await lead(store) == epoch + 1

    assert await store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE


async def test_commit_after_the_lead_expired_is_refused(store: Any) -> None:
    epoch = await lead(store, lock_ttl=SOON)
    assert await store.announce(POOL, LEADER, epoch, "a")
    await async_sleep(SOON + 0.01)

    assert await store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE


async def test_commit_that_is_sent_again_changes_nothing(store: Any) -> None:
    await fill(store, "a")
    again = Commit(LEADER, await lead(store), "a", HOUR)

    assert await store.commit(POOL, again) is CommitOutcome.KNOWN
    assert await taken_by(store, OTHER, "t") == "a"
    assert await store.commit(POOL, again) is CommitOutcome.KNOWN
    status = await store.inspect(POOL)
    assert (status.idle, status.doomed, status.taken) == (0, 0, 1)


async def test_full_pool_refuses_and_a_waiter_makes_room(store: Any) -> None:
    await fill(store, "a")
    epoch = await lead(store)
    for sandbox_id in ("b", "c", "d"):
        assert await store.announce(POOL, LEADER, epoch, sandbox_id)
    assert await store.commit(POOL, Commit(LEADER, epoch, "b", HOUR, cap=1)) is CommitOutcome.FULL
    assert await doomed(store) == {"b"}

    await store.take(POOL, Take(OTHER, "x"))
    await store.take(POOL, Take(OTHER, "y", queue_for=60))

    assert await store.commit(POOL, Commit(LEADER, epoch, "c", HOUR, cap=0)) is CommitOutcome.STORED
    assert await store.commit(POOL, Commit(LEADER, epoch, "d", HOUR, cap=0)) is CommitOutcome.FULL


# Members that die or leave


async def leave_behind(store: Any) -> None:
    """Let OTHER die with a sandbox warming, one taken and a place in the queue."""
    await lead(store, OTHER)
    epoch = await lead(store, OTHER)
    for sandbox_id in ("taken", "warming"):
        assert await store.announce(POOL, OTHER, epoch, sandbox_id)
    assert await store.commit(POOL, Commit(OTHER, epoch, "taken", HOUR)) is CommitOutcome.STORED
    assert await taken_by(store, OTHER, "t") == "taken"
    await store.take(POOL, Take(OTHER, "u", queue_for=60))


async def test_what_a_dead_member_was_at_work_on_is_doomed(store: Any) -> None:
    await leave_behind(store)
    await store.beat(POOL, Beat(OTHER, 60.0, campaign=False))
    await lead(store)
    assert await doomed(store, sweep=True) == set()

    await async_sleep(SOON + 0.01)
    await store.take(POOL, Take(LEADER, "mine", queue_for=60))

    assert await doomed(store, sweep=True, lock_ttl=SOON) == {"taken", "warming"}
    status = await store.inspect(POOL)
    assert (status.warming, status.taken, status.waiting) == (0, 0, 1)
    assert [seen.member for seen in status.members] == [LEADER]


async def test_what_a_leaving_member_was_at_work_on_is_doomed_at_once(store: Any) -> None:
    await leave_behind(store)

    await store.leave(POOL, OTHER, (), ("warming",))

    epoch = await lead(store)
    assert epoch > 1
    assert await doomed(store) == {"taken"}
    status = await store.inspect(POOL)
    assert (status.warming, status.taken, status.waiting) == (0, 0, 0)
    assert [seen.member for seen in status.members] == [LEADER]


async def test_waiters_behind_a_leaving_member_are_woken(store: Any) -> None:
    await lead(store)
    await store.take(POOL, Take(OTHER, "first", queue_for=60))
    await store.take(POOL, Take(LEADER, "second", queue_for=60))
    await fill(store, "a")
    await heard(store, LEADER)

    await store.leave(POOL, OTHER, (), ())

    assert await heard(store, LEADER) == ["second"]


async def test_inspection_tells_all(store: Any) -> None:
    await fill(store, "a", "b", "c")
    await store.announce(POOL, LEADER, await lead(store), "d")
    await store.doom_idle(POOL, 2, 1)
    await store.take(POOL, Take(OTHER, "t"))
    await store.take(POOL, Take(OTHER, "u"))
    await store.take(POOL, Take(OTHER, "v", queue_for=60))

    status = await store.inspect(POOL)

    assert (status.pool_name, status.destroy_state, status.leader) == (POOL, "ACTIVE", LEADER.owner_id)
    assert (status.epoch, status.idle, status.warming) == (1, 0, 1)
    assert (status.taken, status.doomed, status.waiting) == (2, 1, 1)
    assert 0 < status.lock_remaining <= 60
    assert {seen.member for seen in status.members} == {LEADER, OTHER}
    assert all(0 <= seen.unseen < 5 for seen in status.members)
