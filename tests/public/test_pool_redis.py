"""The Redis store as a user meets it: which clients it takes, and the table of pools."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio

from opensandbox._core.pool.messages import Beat, Commit, Member, Take
from opensandbox.pool_redis import AsyncRedisPoolStateStore, RedisPoolStateStore
from tests.support.redis import RedisServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def prefix() -> str:
    return f"test:{uuid.uuid4().hex}*"


@pytest.fixture
def store(redis_server: RedisServer, prefix: str) -> Iterator[RedisPoolStateStore]:
    with contextlib.closing(redis_server.client()) as client:
        yield RedisPoolStateStore(client, prefix)


@pytest.mark.parametrize(
    ("kind", "client"),
    [
        (RedisPoolStateStore, redis.asyncio.Redis),
        (RedisPoolStateStore, object),
        (AsyncRedisPoolStateStore, redis.Redis),
        (AsyncRedisPoolStateStore, object),
    ],
)
def test_client_of_the_wrong_kind_is_refused(kind: Callable[[Any], Any], client: Callable[[], Any]) -> None:
    with pytest.raises(TypeError, match=r"redis must be a redis\..*, not "):
        kind(client())


def test_blank_prefix_is_refused() -> None:
    with pytest.raises(ValueError, match="key_prefix"):
        RedisPoolStateStore(redis.Redis(), " ")


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "opensandbox.pool_redis", "status", *arguments]


def status(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(program(*arguments), cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_table_shows_each_pool_once(
    redis_server: RedisServer, store: RedisPoolStateStore, prefix: str
) -> None:
    leader = Member("worker-1", "run")
    epoch = store.beat("busy pool", Beat(leader, 3600.0)).epoch
    assert epoch is not None
    for sandbox_id in ("a", "b", "c"):
        store.announce("busy pool", leader, epoch, sandbox_id)
    for sandbox_id in ("a", "b"):
        store.commit("busy pool", Commit(leader, epoch, sandbox_id, 3600.0))
    store.take("busy pool", Take(Member("worker-2", "run"), "token"))
    store.set_max_idle("busy pool", 5)
    store.begin_destroy("old", "destroyer")

    done = status("--prefix", prefix, redis_server.url)  # into a pipe

    assert (done.returncode, done.stderr) == (0, "")
    table = re.sub(r"\b3[56]\d\ds\b", "hour", re.sub(" {2,}", "|", done.stdout))
    assert table.splitlines() == [
        "POOL|STATE|LEADER|EPOCH|LOCK|IDLE|WARMING|TAKEN|DOOMED|WAITING|MEMBERS",
        "busy pool|ACTIVE|worker-1|1|hour|1/5|1|1|0|0|2",
        "old|DESTROYING|-|-|-|0|0|0|0|0|0",
    ]


def test_table_is_shown_again_until_interrupted(redis_server: RedisServer, prefix: str) -> None:
    command = program("--interval", "0.05", "--prefix", prefix, redis_server.url)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    ours, terminal = os.openpty()
    with (
        open(ours, "rb", buffering=0) as screen,
        subprocess.Popen(
            command, cwd=ROOT, stdout=terminal, stderr=subprocess.PIPE, env=environment
        ) as table,
    ):
        os.close(terminal)
        seen = b""
        while seen.count(b"\x1b[H\x1b[2JPOOL") < 3:
            seen += screen.read(1000)
        table.send_signal(signal.SIGINT)
        _, complaints = table.communicate(timeout=30)
    assert (table.returncode, complaints) == (0, b"")


def test_table_of_a_redis_that_is_not_there_is_an_error() -> None:
    done = status("--once", "unix:///nonexistent/redis.sock")

    assert (done.returncode, done.stdout) == (1, "")
    assert "nonexistent" in done.stderr
    assert "Traceback" not in done.stderr
