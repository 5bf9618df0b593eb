# Generated from tests/_async/pool/test_redis.py by scripts/unasync.py. Do not edit.
"""The store in Redis: its keys, which it shares with other packages, its failures, and what it costs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel

from opensandbox._concurrency.pairs import gather_bounded, monotonic, sleep
from opensandbox._core.pool.messages import REFILL, Beat, Commit, CommitOutcome, Member, Take
from opensandbox._sync.pool.redis_store import RedisPoolStateStore
from opensandbox.exceptions import PoolDestroyedException, PoolStateStoreUnavailableException
from opensandbox.pool_types import PoolDestroyState
from tests.support.redis import RedisServer, redis_cluster, redis_sentinel

POOL = "worker pool"
TAG = "{d29ya2VyIHBvb2w}"
"""The name of the pool in its keys."""
LEADER = Member("owner-1", "run-1")
OTHER = Member("owner-2", "run-2")
HOUR = 3600.0


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Any]:
    """A client that sees keys and values as texts."""
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        yield client
        client.flushdb()


@pytest.fixture
def store(redis: Any) -> Any:
    return RedisPoolStateStore(redis)


def key(suffix: str) -> str:
    return f"opensandbox:pool:{TAG}:{suffix}"


def now_ms() -> int:
    return int(time.time() * 1000)


def lead(store: Any, member: Member = LEADER, lock_ttl: float = 60.0) -> int:
    pulse = store.beat(POOL, Beat(member, lock_ttl))
    assert pulse.epoch is not None
    return int(pulse.epoch)


def warm(store: Any, sandbox_id: str, endpoint: str | None = None) -> None:
    epoch = lead(store)
    assert store.announce(POOL, LEADER, epoch, sandbox_id)
    outcome = store.commit(POOL, Commit(LEADER, epoch, sandbox_id, HOUR, endpoint))
    assert outcome is CommitOutcome.STORED


def use_everything(store: Any) -> None:
    """Take every step that there is, and see that the main ones do what they are for."""
    for sandbox_id in ("a", "b", "c", "d"):
        warm(store, sandbox_id, endpoint="endpoint")
    assert (store.take(POOL, Take(OTHER, "t1"))).sandbox.sandbox_id == "a"
    store.put_idle(POOL, "e")
    store.put_idle(POOL, "f")
    assert store.remove_idle(POOL, "f")
    assert store.doom_idle(POOL, 3, 1) == ("b",)
    assert store.try_take_idle(POOL) == "c"
    assert (store.try_take_idle_min_ttl(POOL, timedelta(minutes=1))).sandbox_id == "d"
    assert [entry.sandbox_id for entry in store.snapshot_idle_entries(POOL)] == ["e"]
    assert (store.snapshot_counters(POOL)).idle_count == 1
    assert (store.take(POOL, Take(OTHER, "t2", settled=("t1",)))).sandbox.sandbox_id == "e"
    assert (store.take(POOL, Take(OTHER, "t3", queue_for=60))).ahead == 0
    store.cancel_wait(POOL, OTHER, "t3")
    store.set_max_idle(POOL, 5)
    assert store.get_max_idle(POOL) == 5
    store.set_idle_entry_ttl(POOL, timedelta(hours=1))
    store.reap_expired_idle(POOL, datetime.now(UTC))
    ttl = timedelta(seconds=60)
    assert store.try_acquire_primary_lock(POOL, LEADER.owner_id, ttl)
    assert store.renew_primary_lock(POOL, LEADER.owner_id, ttl)
    pulse = store.beat(POOL, Beat(LEADER, 60.0, sweep=True, killed=("b",)))
    assert (pulse.epoch, pulse.max_idle, pulse.doomed) == (1, 5, ())
    assert store.listen(POOL, LEADER, 5) == (REFILL,)
    store.nudge(POOL, OTHER)
    assert store.listen(POOL, OTHER, 5) == (REFILL,)
    store.settle(POOL, OTHER, ("t2",), ())
    store.leave(POOL, OTHER, (), ())
    store.release_primary_lock(POOL, LEADER.owner_id)
    assert (store.inspect(POOL)).members[0].member == LEADER
    store.begin_destroy(POOL, "destroyer")
    store.clear_pool_state(POOL)
    store.mark_destroyed(POOL, "destroyer", timedelta(minutes=1))
    assert store.get_destroy_state(POOL) is PoolDestroyState.DESTROYED


# The shared layout


def test_entries_of_other_packages_are_handed_out(store: Any, redis: Any) -> None:
    for sandbox_id, seconds in (("over", -1), ("short", 30), ("long", 3600)):
        redis.rpush(key("idle:list"), sandbox_id)
        redis.hset(key("idle:expires"), sandbox_id, now_ms() + seconds * 1000)
    redis.rpush(key("idle:list"), "removed")
    redis.set(key("maxIdle"), "7")

    assert [entry.sandbox_id for entry in store.snapshot_idle_entries(POOL)] == [
        "over",
        "short",
        "long",
    ]
    taken = store.take(POOL, Take(OTHER, "t", min_remaining=60))

    assert (taken.sandbox.sandbox_id, taken.sandbox.endpoint, taken.discarded) == ("long", None, 1)
    assert 3590 < taken.sandbox.remaining <= 3600
    assert (store.beat(POOL, Beat(LEADER, 60.0))).max_idle == store.get_max_idle(POOL) == 7
    assert store.take(POOL, Take(OTHER, "u")) == (None, 0, 0)


def test_other_packages_find_what_they_expect(store: Any, redis: Any) -> None:
    warm(store, "a", endpoint="endpoint")
    store.set_idle_entry_ttl(POOL, timedelta(seconds=90))
    store.put_idle(POOL, "b")
    store.set_max_idle(POOL, 7)

    assert redis.lrange(key("idle:list"), 0, -1) == ["a", "b"]
    expiries = redis.hgetall(key("idle:expires"))
    assert 3590_000 < int(expiries["a"]) - now_ms() <= 3600_000
    assert 80_000 < int(expiries["b"]) - now_ms() <= 90_000
    assert redis.get(key("lock")) == LEADER.owner_id
    assert 50_000 < redis.pttl(key("lock")) <= 60_000
    assert (redis.get(key("maxIdle")), redis.get(key("idleTtlMillis"))) == ("7", "90000")

    store.begin_destroy(POOL, "destroyer")
    assert redis.get(key("destroy:state")) == "DESTROYING"
    assert (redis.get(key("destroy:owner")), redis.pttl(key("destroy:state"))) == (
        "destroyer",
        -1,
    )
    store.clear_pool_state(POOL)
    store.mark_destroyed(POOL, "destroyer", timedelta(seconds=60))
    assert redis.get(key("destroy:state")) == "DESTROYED"
    for suffix in ("destroy:state", "destroy:owner"):
        assert 50_000 < redis.pttl(key(suffix)) <= 60_000
    store.mark_destroyed(POOL, "destroyer", None)
    assert redis.pttl(key("destroy:state")) == -1


def test_all_keys_are_of_one_slot_and_wake_ups_expire(store: Any, redis: Any) -> None:
    warm(store, "a", endpoint="endpoint")
    store.take(POOL, Take(OTHER, "t"))
    store.take(POOL, Take(OTHER, "u", queue_for=60))

    keys = {found for found in redis.scan_iter()}

    wake = key("wake:run-1:owner-1")
    assert wake in keys
    assert 0 < redis.pttl(wake) <= 60_000
    assert {found.removeprefix(key("")) for found in keys - {wake}} == {
        *("lock", "leader", "members", "taken", "waiters", "waiters:until")
    }


def test_take_by_another_package_leaves_no_card_for_ever(store: Any, redis: Any) -> None:
    warm(store, "a", endpoint="endpoint")
    assert redis.lpop(key("idle:list")) == "a"
    redis.hdel(key("idle:expires"), "a")

    assert (store.take(POOL, Take(OTHER, "t"))).sandbox is None
    store.beat(POOL, Beat(LEADER, 60.0, sweep=True))

    assert redis.exists(key("endpoints")) == 0


def test_destruction_by_another_package_bars_members(store: Any, redis: Any) -> None:
    warm(store, "a")
    redis.set(key("destroy:state"), "DESTROYING")

    with pytest.raises(PoolDestroyedException, match=POOL):
        store.beat(POOL, Beat(LEADER, 60.0))


def test_waiter_finds_what_another_package_put_at_the_next_beat(store: Any, redis: Any) -> None:
    store.take(POOL, Take(OTHER, "t", queue_for=60))
    redis.rpush(key("idle:list"), "a")
    redis.hset(key("idle:expires"), "a", now_ms() + 3600_000)

    store.beat(POOL, Beat(OTHER, 60.0, campaign=False))

    assert store.listen(POOL, OTHER, 5) == ("t",)


# Leading beside members that know no epochs


def test_lock_that_another_package_took_keeps_the_lead_from_members(store: Any, redis: Any) -> None:
    redis.set(key("lock"), "stranger", nx=True, px=60_000)

    pulse = store.beat(POOL, Beat(LEADER, 60.0))

    assert (pulse.epoch, pulse.leader) == (None, "stranger")
    assert not store.try_acquire_primary_lock(POOL, LEADER.owner_id, timedelta(seconds=60))
    redis.delete(key("lock"))
    assert lead(store) == 1


def test_leader_who_lost_the_lock_to_another_package_is_refused(store: Any, redis: Any) -> None:
    epoch = lead(store)
    assert store.announce(POOL, LEADER, epoch, "a")
    redis.set(key("lock"), "stranger", px=60_000)

    assert not store.announce(POOL, LEADER, epoch, "b")
    assert store.commit(POOL, Commit(LEADER, epoch, "a", HOUR)) is CommitOutcome.STALE
    redis.delete(key("lock"))
    assert lead(store) == epoch + 1
    assert not store.announce(POOL, LEADER, epoch, "b")


def test_member_of_the_same_owner_in_another_package_is_no_run_of_ours(store: Any, redis: Any) -> None:
    epoch = lead(store, lock_ttl=0.05)
    sleep(0.06)
    redis.set(key("lock"), LEADER.owner_id, nx=True, px=60_000)

    assert not store.announce(POOL, LEADER, epoch, "a")
    assert (store.beat(POOL, Beat(LEADER, 60.0))).epoch is None


def test_lock_is_one_owners_until_released_or_over(store: Any) -> None:
    ttl = timedelta(seconds=60)
    assert store.try_acquire_primary_lock(POOL, "one", ttl)
    assert store.try_acquire_primary_lock(POOL, "one", ttl)
    assert not store.try_acquire_primary_lock(POOL, "two", ttl)
    assert not store.renew_primary_lock(POOL, "two", ttl)
    store.release_primary_lock(POOL, "two")
    assert store.renew_primary_lock(POOL, "one", timedelta(milliseconds=20))
    sleep(0.03)
    assert not store.renew_primary_lock(POOL, "one", ttl)
    assert store.try_acquire_primary_lock(POOL, "two", ttl)


def test_epoch_goes_on_after_the_pool_was_cleared(store: Any) -> None:
    epoch = lead(store)
    store.clear_pool_state(POOL)

    assert lead(store) == epoch + 1


def test_expiry_goes_by_the_clock_of_redis(store: Any) -> None:
    store.put_idle(POOL, "a")

    skewed = datetime.now(UTC) + timedelta(days=365)
    store.reap_expired_idle(POOL, skewed)
    assert store.reap_expired_idle_min_ttl(POOL, skewed, timedelta(minutes=1)) == ()

    assert store.try_take_idle(POOL) == "a"


# Clients


@pytest.mark.parametrize("decode", [True, False])
def test_answers_may_be_texts_or_bytes(redis_server: RedisServer, decode: bool) -> None:
    with Redis.from_url(redis_server.url, decode_responses=decode) as client:
        use_everything(RedisPoolStateStore(client, f"test:{uuid.uuid4().hex}"))


@pytest.mark.parametrize("protocol", [2, 3])
def test_both_protocols_of_redis_do(redis_server: RedisServer, protocol: int) -> None:
    with Redis.from_url(redis_server.url, protocol=protocol) as client:
        use_everything(RedisPoolStateStore(client, f"test:{uuid.uuid4().hex}"))


def test_cluster_serves_a_pool_from_one_slot() -> None:
    with redis_cluster() as server:
        with RedisCluster.from_url(server.url) as client:
            use_everything(RedisPoolStateStore(client))


def test_sentinel_says_where_the_pool_is() -> None:
    with redis_sentinel("pools") as server:
        sentinel = Sentinel([("127.0.0.1", server.port)])
        with sentinel.master_for("pools") as client:
            use_everything(RedisPoolStateStore(client))
        for known in sentinel.sentinels:
            known.connection_pool.disconnect()


# Failures


def impatient(server: RedisServer) -> Any:
    """Return a client that does not try again, and takes a second's silence for a failure.

    Over TCP, as redis-py 5.0.0 forgets its time limits on unix sockets.
    """
    assert server.port
    retry = Retry(NoBackoff(), 0)
    return Redis.from_url(server.url, retry=retry, socket_timeout=1.0, socket_connect_timeout=1.0)


def test_key_of_another_kind_makes_the_store_unavailable(store: Any, redis: Any) -> None:
    redis.set(key("idle:list"), "not a list")

    with pytest.raises(PoolStateStoreUnavailableException, match="WRONGTYPE") as failure:
        store.try_take_idle(POOL)
    assert failure.value.__cause__ is not None
    with pytest.raises(PoolStateStoreUnavailableException):
        store.snapshot_idle_entries(POOL)


def test_store_is_unavailable_while_redis_is_and_back_with_it() -> None:
    with RedisServer(port=True) as server:
        with impatient(server) as client:
            store: Any = RedisPoolStateStore(client)
            warm(store, "a")
            with server.stalled():
                with pytest.raises(PoolStateStoreUnavailableException):
                    store.take(POOL, Take(OTHER, "t"))
                with pytest.raises(PoolStateStoreUnavailableException):
                    store.listen(POOL, OTHER, 10)
            assert (store.take(POOL, Take(OTHER, "t"))).sandbox.sandbox_id == "a"
            server.kill()
            with pytest.raises(PoolStateStoreUnavailableException):
                store.get_max_idle(POOL)
            with pytest.raises(PoolStateStoreUnavailableException):
                store.beat(POOL, Beat(LEADER, 60.0))
            server.start()
            assert lead(store) == 1


def test_restarted_redis_learns_the_scripts_again_and_keeps_what_it_wrote_down() -> None:
    with RedisServer(port=True, persist=True) as server:
        # Connections do not survive the restart. redis-py 5 tries again after the errors that are named alone.
        with Redis.from_url(
            server.url, retry=Retry(NoBackoff(), 3), retry_on_error=[RedisConnectionError]
        ) as client:
            store: Any = RedisPoolStateStore(client)
            warm(store, "a")
            server.restart()
            warm(store, "b")
            assert [store.try_take_idle(POOL) for _ in range(3)] == ["a", "b", None]


def test_listening_ends_before_the_client_takes_silence_for_a_failure() -> None:
    with RedisServer(port=True) as server:
        with impatient(server) as client:
            store: Any = RedisPoolStateStore(client)
            began = monotonic()

            assert store.listen(POOL, LEADER, 30) == ()

            assert monotonic() - began < 10


# What it costs


def test_acquire_is_one_command(redis_server: RedisServer, store: Any) -> None:
    for number in range(20):
        warm(store, f"sandbox-{number}", endpoint="endpoint")
    store.take(POOL, Take(OTHER, "first"))
    with redis_server.commands() as commands:
        for number in range(19):
            taken = store.take(POOL, Take(OTHER, f"token-{number}"))
            assert taken.sandbox is not None

    assert commands == ["EVALSHA"] * 19


def test_idle_seconds_are_a_beat_and_a_wait(redis_server: RedisServer, store: Any) -> None:
    lead(store)
    with redis_server.commands() as commands:
        store.beat(POOL, Beat(LEADER, 60.0))
        store.listen(POOL, LEADER, 1.0)

    assert commands == ["EVALSHA", "BZPOPMIN"]


def test_members_in_many_processes_share_without_waiting_for_each_other(
    redis_server: RedisServer,
) -> None:
    with Redis.from_url(redis_server.url) as client:
        prefix = f"shared:{uuid.uuid4().hex}"
        stores: list[Any] = [RedisPoolStateStore(client, prefix) for _ in range(4)]
        ids = [f"sandbox-{number}" for number in range(30)]
        for sandbox_id in ids:
            warm(stores[0], sandbox_id)

        def take(number: int) -> str | None:
            member = Member(f"owner-{number % 4}", f"run-{number % 4}")
            taken = stores[number % 4].take(POOL, Take(member, f"token-{number}"))
            return taken.sandbox.sandbox_id if taken.sandbox else None

        answers = gather_bounded(take, range(40), 8)

        assert sorted(answer for answer in answers if answer is not None) == sorted(ids)
        assert (stores[3].inspect(POOL)).taken == len(ids)
