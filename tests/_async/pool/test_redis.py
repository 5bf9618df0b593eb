"""The store in Redis: its keys, which it shares with other packages, its failures, and what it costs."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore
from opensandbox._concurrency.pairs import async_gather_bounded, async_sleep, monotonic
from opensandbox._core.pool.messages import REFILL, Beat, Commit, CommitOutcome, Member, Take
from opensandbox.exceptions import PoolDestroyedException, PoolStateStoreUnavailableException
from opensandbox.pool_types import PoolDestroyState
from tests.support.redis import RedisServer, redis_cluster, redis_sentinel

pytestmark = pytest.mark.anyio

POOL = "worker pool"
TAG = "{d29ya2VyIHBvb2w}"
"""The name of the pool in its keys."""
LEADER = Member("owner-1", "run-1")
OTHER = Member("owner-2", "run-2")
HOUR = 3600.0


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Any]:
    """A client that sees keys and values as texts."""
    async with Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        await client.flushdb()


@pytest.fixture
async def store(redis: Any) -> Any:
    return AsyncRedisPoolStateStore(redis)


def key(suffix: str) -> str:
    return f"opensandbox:pool:{TAG}:{suffix}"


def now_ms() -> int:
    return int(time.time() * 1000)


async def lead(store: Any, member: Member = LEADER, lock_ttl: float = 60.0) -> int:
    pulse = await store.beat(POOL, Beat(member, lock_ttl))
    assert pulse.epoch is not None
    return int(pulse.epoch)


async def warm(store: Any, sandbox_id: str, endpoint: str | None = None) -> None:
    epoch = await lead(store)
    assert await store.announce(POOL, LEADER, epoch, sandbox_id)
    outcome = await store.commit(POOL, Commit(LEADER, epoch, sandbox_id, HOUR, endpoint))
    assert outcome is CommitOutcome.STORED


async def use_everything(store: Any) -> None:
    """Take every step that there is, and see that the main ones do what they are for."""
    for sandbox_id in ("a", "b", "c", "d"):
        await warm(store, sandbox_id, endpoint="endpoint")
    assert (await store.take(POOL, Take(OTHER, "t1"))).sandbox.sandbox_id == "a"
    await store.put_idle(POOL, "e")
    await store.put_idle(POOL, "f")
    assert await store.remove_idle(POOL, "f")
    assert await store.doom_idle(POOL, 3, 1) == ("b",)
    assert await store.try_take_idle(POOL) == "c"
    assert (await store.try_take_idle_min_ttl(POOL, timedelta(minutes=1))).sandbox_id == "d"
    assert [entry.sandbox_id for entry in await store.snapshot_idle_entries(POOL)] == ["e"]
    assert (await store.snapshot_counters(POOL)).idle_count == 1
    assert (await store.take(POOL, Take(OTHER, "t2", settled=("t1",)))).sandbox.sandbox_id == "e"
    assert (await store.take(POOL, Take(OTHER, "t3", queue_for=60))).ahead == 0
    await store.cancel_wait(POOL, OTHER, "t3")
    await store.set_max_idle(POOL, 5)
    assert await store.get_max_idle(POOL) == 5
    await store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    await store.reap_expired_idle(POOL, datetime.now(UTC))
    ttl = timedelta(seconds=60)
    assert await store.try_acquire_primary_lock(POOL, LEADER.owner_id, ttl)
    assert await store.renew_primary_lock(POOL, LEADER.owner_id, ttl)
    pulse = await store.beat(POOL, Beat(LEADER, 60.0, sweep=True, killed=("b",)))
    assert (pulse.epoch, pulse.max_idle, pulse.doomed) == (1, 5, ())
    assert await store.listen(POOL, LEADER, 5) == (REFILL,)
    await store.nudge(POOL, OTHER)
    assert await store.listen(POOL, OTHER, 5) == (REFILL,)
    await store.settle(POOL, OTHER, ("t2",), ())
    await store.leave(POOL, OTHER, (), ())
    await store.release_primary_lock(POOL, LEADER.owner_id)
    assert (await store.inspect(POOL)).members[0].member == LEADER
    await store.begin_destroy(POOL, "destroyer")
    await store.clear_pool_state(POOL)
    await store.mark_destroyed(POOL, "destroyer", timedelta(minutes=1))
    assert await store.get_destroy_state(POOL) is PoolDestroyState.DESTROYED


# The shared layout


async def test_entries_of_other_packages_are_handed_out(store: Any, redis: Any) -> None:
    for sandbox_id, seconds in (("over", -1), ("short", 30), ("long", 3600)):
        await redis.rpush(key("idle:list"), sandbox_id)
        await redis.hset(key("idle:expires"), sandbox_id, now_ms() + seconds * 1000)
    await redis.rpush(key("idle:list"), "removed")
    await redis.set(key("maxIdle"), "7")

    assert [entry.sandbox_id for entry in await store.snapshot_idle_entries(POOL)] == [
        "over",
        "short",
        "long",
    ]
    taken = await store.take(POOL, Take(OTHER, "t", min_remaining=60))

    assert (taken.sandbox.sandbox_id, taken.sandbox.endpoint, taken.discarded) == ("long", None, 1)
    assert 3590 < taken.sandbox.remaining <= 3600
    assert (await store.beat(POOL, Beat(LEADER, 60.0))).max_idle == await store.get_max_idle(POOL) == 7
    assert await store.take(POOL, Take(OTHER, "u")) == (None, 0, 0)


async def test_other_packages_find_what_they_expect(store: Any, redis: Any) -> None:
    await warm(store, "a", endpoint="endpoint")
    await store.set_idle_entry_ttl(POOL, timedelta(seconds=90))
    await store.put_idle(POOL, "b")
    await store.set_max_idle(POOL, 7)

    assert await redis.lrange(key("idle:list"), 0, -1) == ["a", "b"]
    expiries = await redis.hgetall(key("idle:expires"))
    assert 3590_000 < int(expiries["a"]) - now_ms() <= 3600_000
    assert 80_000 < int(expiries["b"]) - now_ms() <= 90_000
    assert await redis.get(key("lock")) == LEADER.owner_id
    assert 50_000 < await redis.pttl(key("lock")) <= 60_000
    assert (await redis.get(key("maxIdle")), await redis.get(key("idleTtlMillis"))) == ("7", "90000")

    await store.begin_destroy(POOL, "destroyer")
    assert await redis.get(key("destroy:state")) == "DESTROYING"
    assert (await redis.get(key("destroy:owner")), await redis.pttl(key("destroy:state"))) == (
        "destroyer",
        -1,
    )
    await store.clear_pool_state(POOL)
    await store.mark_destroyed(POOL, "destroyer", timedelta(seconds=60))
    assert await redis.get(key("destroy:state")) == "DESTROYED"
    for suffix in ("destroy:state", "destroy:owner"):
        assert 50_000 < await redis.pttl(key(suffix)) <= 60_000
    await store.mark_destroyed(POOL, "destroyer", None)
    assert await redis.pttl(key("destroy:state")) == -1


async def test_all_keys_are_of_one_slot_and_wake_ups_expire(store: Any, redis: Any) -> None:
    await warm(store, "a", endpoint="endpoint")
    await store.take(POOL, Take(OTHER, "t"))
    await store.take(POOL, Take(OTHER, "u", queue_for=60))

    keys = {found async for found in redis.scan_iter()}

    wake = key("wake:run-1:owner-1")
    assert wake in keys
    assert 0 < await redis.pttl(wake) <= 60_000
    assert {found.removeprefix(key("")) for found in keys - {wake}} == {
        *("lock", "leader", "members", "taken", "waiters", "waiters:until")
    }


async def test_take_by_another_package_leaves_no_card_for_ever(store: Any, redis: Any) -> None:
    await warm(store, "a", endpoint="endpoint")
    assert await redis.lpop(key("idle:list")) == "a"
    await redis.hdel(key("idle:expires"), "a")

    assert (await store.take(POOL, Take(OTHER, "t"))).sandbox is None
    await store.beat(POOL, Beat(LEADER, 60.0, sweep=True))

    assert await redis.exists(key("endpoints")) == 0


async def test_destruction_by_another_package_bars_members(store: Any, redis: Any) -> None:
    await warm(store, "a")
    await redis.set(key("destroy:state"), "DESTROYING")

    with pytest.raises(PoolDestroyedException, match=POOL):
        await store.beat(POOL, Beat(LEADER, 60.0))


async def test_waiter_finds_what_another_package_put_at_the_next_beat(store: Any, redis: Any) -> None:
    await store.take(POOL, Take(OTHER, "t", queue_for=60))
    await redis.rpush(key("idle:list"), "a")
    await redis.hset(key("idle:expires"), "a", now_ms() + 3600_000)

    await store.beat(POOL, Beat(OTHER, 60.0, campaign=False))

    assert await store.listen(POOL, OTHER, 5) == ("t",)


# Leading beside members that know no epochs


async def test_lock_that_another_package_took_keeps_the_lead_from_members(store: Any, redis: Any) -> None:
    await redis.set(key("lock"), "stranger", nx=True, px=60_000)

    pulse = await store.beat(POOL, Beat(LEADER, 60.0))

    assert (pulse.epoch, pulse.leader) == (None, "stranger")
    assert not await store.try_acquire_primary_lock(POOL, LEADER.owner_id, timedelta(seconds=60))
    await redis.delete(key("lock"))
    assert await lead(store) == 1


async def test_leader_who_lost_the_lock_to_another_package_is_refused(store: Any, redis: Any) -> None:
    epoch = await lead(store)
    assert await store.announce(POOL, LEADER, epoch, "a")
    await redis.set(key("lock"), "stranger", px=60_000)

    assert not await store.announce(POOL, LEADER, epoch, "b")
    assert await store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE
    await redis.delete(key("lock"))
    assert await lead(store) == epoch + 1
    assert not await store.announce(POOL, LEADER, epoch, "b")


async def test_member_of_the_same_owner_in_another_package_is_no_run_of_ours(store: Any, redis: Any) -> None:
    epoch = await lead(store, lock_ttl=0.05)
    await async_sleep(0.06)
    await redis.set(key("lock"), LEADER.owner_id, nx=True, px=60_000)

    assert not await store.announce(POOL, LEADER, epoch, "a")
    assert (await store.beat(POOL, Beat(LEADER, 60.0))).epoch is None


async def test_lock_is_one_owners_until_released_or_over(store: Any) -> None:
    ttl = timedelta(seconds=60)
    assert await store.try_acquire_primary_lock(POOL, "one", ttl)
    assert await store.try_acquire_primary_lock(POOL, "one", ttl)
    assert not await store.try_acquire_primary_lock(POOL, "two", ttl)
    assert not await store.renew_primary_lock(POOL, "two", ttl)
    await store.release_primary_lock(POOL, "two")
    assert await store.renew_primary_lock(POOL, "one", timedelta(milliseconds=20))
    await async_sleep(0.03)
    assert not await store.renew_primary_lock(POOL, "one", ttl)
    assert await store.try_acquire_primary_lock(POOL, "two", ttl)


async def test_epoch_goes_on_after_the_pool_was_cleared(store: Any) -> None:
    epoch = await lead(store)
    await store.clear_pool_state(POOL)

    assert await lead(store) == epoch + 1


async def test_expiry_goes_by_the_clock_of_redis(store: Any) -> None:
    await store.put_idle(POOL, "a")

    skewed = datetime.now(UTC) + timedelta(days=365)
    await store.reap_expired_idle(POOL, skewed)
    assert await store.reap_expired_idle_min_ttl(POOL, skewed, timedelta(minutes=1)) == ()

    assert await store.try_take_idle(POOL) == "a"


# Clients


@pytest.mark.parametrize("decode", [True, False])
async def test_answers_may_be_texts_or_bytes(redis_server: RedisServer, decode: bool) -> None:
    async with Redis.from_url(redis_server.url, decode_responses=decode) as client:
        await use_everything(AsyncRedisPoolStateStore(client, f"test:{uuid.uuid4().hex}"))


@pytest.mark.parametrize("protocol", [2, 3])
async def test_both_protocols_of_redis_do(redis_server: RedisServer, protocol: int) -> None:
    async with Redis.from_url(redis_server.url, protocol=protocol) as client:
        await use_everything(AsyncRedisPoolStateStore(client, f"test:{uuid.uuid4().hex}"))


async def test_cluster_serves_a_pool_from_one_slot() -> None:
    with redis_cluster() as server:
        async with RedisCluster.from_url(server.url) as client:
            await use_everything(AsyncRedisPoolStateStore(client))


async def test_sentinel_says_where_the_pool_is() -> None:
    with redis_sentinel("pools") as server:
        sentinel = Sentinel([("127.0.0.1", server.port)])
        async with sentinel.master_for("pools") as client:
            await use_everything(AsyncRedisPoolStateStore(client))
        for known in sentinel.sentinels:
            await known.connection_pool.disconnect()


# Failures


def impatient(server: RedisServer) -> Any:
    """Return a client that does not try again, and takes a second's silence for a failure.

    Over TCP, as redis-py 5.0.0 forgets its time limits on unix sockets.
    """
    assert server.port
    retry = Retry(NoBackoff(), 0)
    return Redis.from_url(server.url, retry=retry, socket_timeout=1.0, socket_connect_timeout=1.0)


async def test_key_of_another_kind_makes_the_store_unavailable(store: Any, redis: Any) -> None:
    await redis.set(key("idle:list"), "not a list")

    with pytest.raises(PoolStateStoreUnavailableException, match="WRONGTYPE") as failure:
        await store.try_take_idle(POOL)
    assert failure.value.__cause__ is not None
    with pytest.raises(PoolStateStoreUnavailableException):
        await store.snapshot_idle_entries(POOL)


async def test_store_is_unavailable_while_redis_is_and_back_with_it() -> None:
    with RedisServer(port=True) as server:
        async with impatient(server) as client:
            store: Any = AsyncRedisPoolStateStore(client)
            await warm(store, "a")
            with server.stalled():
                with pytest.raises(PoolStateStoreUnavailableException):
                    await store.take(POOL, Take(OTHER, "t"))
                with pytest.raises(PoolStateStoreUnavailableException):
                    await store.listen(POOL, OTHER, 10)
            assert (await store.take(POOL, Take(OTHER, "t"))).sandbox.sandbox_id == "a"
            server.kill()
            with pytest.raises(PoolStateStoreUnavailableException):
                await store.get_max_idle(POOL)
            with pytest.raises(PoolStateStoreUnavailableException):
                await store.beat(POOL, Beat(LEADER, 60.0))
            server.start()
            assert await lead(store) == 1


async def test_restarted_redis_learns_the_scripts_again_and_keeps_what_it_wrote_down() -> None:
    with RedisServer(port=True, persist=True) as server:
        # Connections do not survive the restart. redis-py 5 tries again after the errors that are named alone.
        async with Redis.from_url(
            server.url, retry=Retry(NoBackoff(), 3), retry_on_error=[RedisConnectionError]
        ) as client:
            store: Any = AsyncRedisPoolStateStore(client)
            await warm(store, "a")
            server.restart()
            await warm(store, "b")
            assert [await store.try_take_idle(POOL) for _ in range(3)] == ["a", "b", None]


async def test_listening_ends_before_the_client_takes_silence_for_a_failure() -> None:
    with RedisServer(port=True) as server:
        async with impatient(server) as client:
            store: Any = AsyncRedisPoolStateStore(client)
            began = monotonic()

            assert await store.listen(POOL, LEADER, 30) == ()

            assert monotonic() - began < 10


# What it costs


async def test_acquire_is_one_command(redis_server: RedisServer, store: Any) -> None:
    for number in range(20):
        await warm(store, f"sandbox-{number}", endpoint="endpoint")
    await store.take(POOL, Take(OTHER, "first"))
    with redis_server.commands() as commands:
        for number in range(19):
            taken = await store.take(POOL, Take(OTHER, f"token-{number}"))
            assert taken.sandbox is not None

    assert commands == ["EVALSHA"] * 19


async def test_idle_seconds_are_a_beat_and_a_wait(redis_server: RedisServer, store: Any) -> None:
    await lead(store)
    with redis_server.commands() as commands:
        await store.beat(POOL, Beat(LEADER, 60.0))
        await store.listen(POOL, LEADER, 1.0)

    assert commands == ["EVALSHA", "BZPOPMIN"]


async def test_members_in_many_processes_share_without_waiting_for_each_other(
    redis_server: RedisServer,
) -> None:
    async with Redis.from_url(redis_server.url) as client:
        prefix = f"shared:{uuid.uuid4().hex}"
        stores: list[Any] = [AsyncRedisPoolStateStore(client, prefix) for _ in range(4)]
        ids = [f"sandbox-{number}" for number in range(30)]
        for sandbox_id in ids:
            await warm(stores[0], sandbox_id)

        async def take(number: int) -> str | None:
            member = Member(f"owner-{number % 4}", f"run-{number % 4}")
            taken = await stores[number % 4].take(POOL, Take(member, f"token-{number}"))
            return taken.sandbox.sandbox_id if taken.sandbox else None

        answers = await async_gather_bounded(take, range(40), 8)

        assert sorted(answer for answer in answers if answer is not None) == sorted(ids)
        assert (await stores[3].inspect(POOL)).taken == len(ids)
