"""Random walks: whatever members do, the store in Redis answers as the one in memory does."""

from __future__ import annotations

import random
import uuid
from typing import Any

import pytest
from redis.asyncio import Redis

from opensandbox._async.pool.memory_store import InMemoryAsyncPoolStateStore
from opensandbox._async.pool.redis_store import AsyncRedisPoolStateStore
from opensandbox._core.pool.messages import Beat, Commit, Member, Pulse, StoreStatus, Take, Taken
from tests.support.redis import RedisServer

pytestmark = pytest.mark.anyio

POOL = "workers"
MEMBERS = [Member("owner-1", "run-1"), Member("owner-2", "run-2"), Member("owner-2", "run-3")]
HOUR = 3600.0


def step(
    dice: random.Random, epochs: dict[Member, int], known: list[str], leader: Member
) -> tuple[str, tuple[Any, ...]]:
    """Return what to ask both stores: mostly what members do, now and then what late or dead ones would."""
    member, sandbox_id = dice.choice([*MEMBERS, *[leader] * 6]), dice.choice(known[-2:])
    some_tokens = tuple(f"{member.run}-token-{number}" for number in dice.sample(range(2), 2))
    token, some_ids = some_tokens[0], tuple(dice.sample(known[-8:], 2))
    epoch = epochs.get(member, 1)
    least = dice.choice([0.0, 60.0])
    name = dice.choice(["take", "announce", "commit", "commit"] * 9 + ["beat"] * 8 + OTHERS)
    if name == "take":
        queue_for = dice.choice([None, None, HOUR])
        return name, (Take(member, token, least, dice.choice([(), some_tokens[1:]]), queue_for),)
    if name == "beat":
        killed = dice.choice([(), some_ids])
        return name, (Beat(member, HOUR, dice.random() < 0.8, least, (), killed, dice.random() < 0.3, 3),)
    if name == "commit":
        ttl, endpoint, cap = (
            dice.choice([30.0, HOUR]),
            dice.choice([None, "endpoint"]),
            dice.choice([None, None, 2]),
        )
        return name, (Commit(member, epoch, sandbox_id, ttl, endpoint, cap),)
    if name == "announce":
        sandbox_id = f"sandbox-{len(known)}"
        known.append(sandbox_id)
    return name, {
        "announce": (member, epoch, sandbox_id),
        "cancel_wait": (member, token),
        "doom_idle": (dice.randrange(3), 2),
        "settle": (member, some_tokens, some_ids),
        "leave": (member, some_tokens, ()),
        "inspect": (),
        "put_idle": (sandbox_id,),
        "remove_idle": (sandbox_id,),
        "try_take_idle": (),
    }[name]


OTHERS = [
    "cancel_wait",
    "doom_idle",
    "settle",
    "leave",
    "inspect",
    "put_idle",
    "remove_idle",
    "try_take_idle",
]


def timeless(answer: Any) -> Any:
    """Return an answer without what the moment of asking has in it, and what has no order without one."""
    if isinstance(answer, Taken) and answer.sandbox:
        return answer._replace(sandbox=answer.sandbox._replace(remaining=None))
    if isinstance(answer, Pulse):
        seconds = answer.next_expiry
        return answer._replace(next_expiry=None if seconds is None else round(seconds / 10), doomed=())
    if isinstance(answer, StoreStatus):
        members = tuple(sorted(seen._replace(unseen=0.0) for seen in answer.members))
        return answer._replace(
            members=members, lock_remaining=answer.lock_remaining is not None, max_idle=None
        )
    return answer


async def wake_ups(store: Any, member: Member) -> set[str]:
    """Return what a member has not heard."""
    found: set[str] = set()
    while messages := await store.listen(POOL, member, 0.01):
        found.update(messages)
    return found


@pytest.mark.parametrize("seed", range(12))
async def test_stores_answer_alike(redis_server: RedisServer, seed: int) -> None:
    async with Redis.from_url(redis_server.url) as client:
        memory = InMemoryAsyncPoolStateStore()
        await walk(memory, AsyncRedisPoolStateStore(client, f"test:{uuid.uuid4().hex}"), random.Random(seed))


async def walk(memory: Any, shared: Any, dice: random.Random) -> None:
    """Take the same steps with both."""
    epochs, done = dict[Member, int](), list[Any]()
    handed_out, leader, known = 0, MEMBERS[0], ["sandbox-a", "sandbox-b"]
    for _ in range(400):
        name, arguments = step(dice, epochs, known, leader)
        expected = await getattr(memory, name)(POOL, *arguments)
        answer = await getattr(shared, name)(POOL, *arguments)
        done.append((name, arguments))
        assert timeless(answer) == timeless(expected), done
        if isinstance(expected, Pulse) and expected.epoch:
            leader = arguments[0].member
            epochs[leader] = expected.epoch
            assert len(answer.doomed) == len(expected.doomed), done
        handed_out += isinstance(expected, Taken) and expected.sandbox is not None
    assert handed_out > 5, "the walk went nowhere"
    for member in MEMBERS:
        assert await wake_ups(memory, member) <= await wake_ups(shared, member), done
