"""A pool of eight processes over one Redis, while leaders are killed, Redis crashes and stalls, and the server has bad moments.

The embedded server could not be told to fail, so a stand-in makes the sandboxes; Redis and the workers are real processes.
`OPENSANDBOX_CHAOS_SECONDS` says how long it goes on (default: 8); each mishap happens once at
least. The ledger is printed at the end.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opensandbox import PoolCreationSpec, SandboxPoolSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.pool_redis import RedisPoolStateStore
from tests.support.pool_deployment import StressedDeployment
from tests.support.pool_worker import CALLERS, LOCK_TTL, MAX_IDLE, NAME
from tests.support.redis import RedisServer

SECONDS = float(os.environ.get("OPENSANDBOX_CHAOS_SECONDS", "8"))
WORKERS = 8
ROOT = Path(__file__).parents[2]
SKEWS = (0.0, 45.0, -45.0)
FAILOVER = LOCK_TTL.total_seconds() + 2.0
"""A lease, a beat, and what a busy machine adds."""


class Workers:
    """The processes. A new life of a worker has a new name, so that what it made can be told apart."""

    def __init__(
        self, deployment: StressedDeployment, server: RedisServer, prefix: str, ledgers: Path
    ) -> None:
        self._arguments = (deployment.address, server.url, prefix)
        self._ledgers = ledgers
        self._lives = 0
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: set[str] = set()

    def start(self) -> None:
        """Start one more."""
        self._lives += 1
        name, twin = f"worker-{self._lives}", "async" if self._lives % 2 else "sync"
        skew = str(SKEWS[self._lives % len(SKEWS)])
        path = str(self._ledgers / name)
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.pool_worker", name, twin, *self._arguments, path, skew],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'generated'}"},
        )

    def kill(self, name: str) -> None:
        """End one without a warning."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed.add(name)

    def end(self) -> list[int]:
        """Let all end in good order; return how they did."""
        until(lambda: all((self._ledgers / name).exists() for name in self.running), 60, "the last start")
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        return [process.wait(180) for process in self.running.values()]

    def ledger(self) -> dict[str, list[str]]:
        """Return by sandbox what became of it in callers' hands."""
        found: dict[str, list[str]] = {}
        for path in self._ledgers.iterdir():
            for line in path.read_text().splitlines():
                what, sandbox_id = line.split(" ")
                found.setdefault(sandbox_id, []).append(what)
        return found


class Watcher:
    """Looks at the pool all the time: who leads, how many are idle, how many wait."""

    def __init__(self, server: RedisServer, prefix: str) -> None:
        self._client = server.client(decode_responses=True, socket_timeout=5)
        self._store = RedisPoolStateStore(self._client, prefix)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most_idle = 0
        self.most_beyond_waiting = 0
        self.looks = 0
        self.leader: str | None = None
        self.epochs: set[int] = set()

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stop.set()
        self._thread.join()
        self._client.close()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            try:
                status = self._store.inspect(NAME)
            except Exception:
                continue  # that Redis goes away is the point
            self.looks += 1
            self.leader = status.leader
            self.epochs.add(status.epoch)
            self.most_idle = max(self.most_idle, status.idle)
            self.most_beyond_waiting = max(self.most_beyond_waiting, status.idle - status.waiting)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer(port=True, persist=True) as server:
        yield server


def until(condition: Callable[[], Any], seconds: float, what: str) -> float:
    """Wait, and return how long that took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + seconds, f"{what} took more than {seconds:g} s"
        time.sleep(0.02)
    return time.monotonic() - begun


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 480)
def test_pool_keeps_its_promises_whatever_happens(server: RedisServer, tmp_path: Path) -> None:
    dice = random.Random(20261123)
    prefix = f"chaos:{uuid.uuid4().hex}"
    happened: Counter[str] = Counter()
    failovers: list[float] = []
    with StressedDeployment() as deployment, Watcher(server, prefix) as watcher:
        workers = Workers(deployment, server, prefix, tmp_path)
        for _ in range(WORKERS):
            workers.start()
        try:
            until(
                lambda: watcher.leader in workers.running and watcher.most_idle > 0, 60, "getting under way"
            )

            def leader_is_killed() -> None:
                victim = watcher.leader
                if victim in workers.running:
                    workers.kill(victim)
                    workers.start()
                    failovers.append(
                        until(lambda: watcher.leader in workers.running, FAILOVER, "finding a new leader")
                    )

            def follower_is_killed() -> None:
                workers.kill(dice.choice([name for name in workers.running if name != watcher.leader]))
                workers.start()

            def redis_crashes() -> None:
                server.kill()
                time.sleep(0.3)
                server.start()

            def redis_stalls() -> None:
                with server.stalled():
                    time.sleep(2.0)

            def server_refuses() -> None:
                deployment.refusing = True
                time.sleep(1.0)
                deployment.refusing = False

            def creation_is_slow() -> None:
                deployment.creation_seconds = 1.5
                time.sleep(2.0)
                deployment.creation_seconds = 0.02

            events = [
                leader_is_killed,
                redis_crashes,
                server_refuses,
                redis_stalls,
                creation_is_slow,
                follower_is_killed,
            ]
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                for event in events:
                    event()
                    happened[event.__name__.replace("_", " ")] += 1
                    time.sleep(0.5 * dice.random())
            statuses = workers.end()
        finally:
            for process in workers.running.values():
                process.kill()
                process.wait()
        left = empty(deployment, server, prefix)
        ledger = workers.ledger()

        got = Counter(sandbox_id for sandbox_id, lines in ledger.items() for line in lines if line == "got")
        ends = Counter(line for lines in ledger.values() for line in lines)
        still = set(deployment.alive)
        borrowed = {sandbox_id for sandbox_id in still if sandbox_id in got}
        unborn = {
            sandbox_id
            for sandbox_id in still - borrowed
            if deployment.alive[sandbox_id].worker in workers.killed
            and not deployment.alive[sandbox_id].renewed
        }
        print(
            f"\nLedger of {SECONDS:g} s with {WORKERS} workers: {dict(happened)}",
            f"  made {deployment.made}, handed out {len(got)}, ended by callers {ends['ended']}, lost by callers {ends['lost']}",
            f"  handed out twice {sum(1 for times in got.values() if times > 1)}; requests refused {deployment.refused}",
            f"  idle at most {watcher.most_idle} of {MAX_IDLE} ({watcher.most_beyond_waiting} beyond those who waited), "
            f"in {watcher.looks} looks",
            f"  {len(watcher.epochs)} epochs; failovers took {', '.join(f'{seconds:.1f} s' for seconds in failovers)}",
            f"  in the hands of killed workers {len(borrowed)}, being made by killed workers {len(unborn)}, "
            f"unaccounted {len(still - borrowed - unborn)}",
            sep="\n",
        )
    assert statuses == [0] * WORKERS
    assert [sandbox_id for sandbox_id, times in got.items() if times > 1] == []
    assert ends["lost"] == 0
    assert watcher.most_beyond_waiting <= MAX_IDLE
    assert watcher.most_idle <= MAX_IDLE + WORKERS * CALLERS
    assert still - borrowed - unborn == set()
    assert left == (0, 0, 0, 0)
    assert len(got) > 5 * SECONDS


def empty(deployment: StressedDeployment, server: RedisServer, prefix: str) -> tuple[int, ...]:
    """Let one last member clean up; return what the store has left: idle, warming, taken, doomed."""
    with server.client() as client:
        store = RedisPoolStateStore(client, prefix)
        pool = SandboxPoolSync(
            pool_name=NAME,
            max_idle=0,
            owner_id="the last",
            state_store=store,
            connection_config=ConnectionConfigSync(domain=deployment.address, trust_env=False),
            creation_spec=PoolCreationSpec(image="chaos", metadata={"worker": "the last"}),
            primary_lock_ttl=LOCK_TTL,
        )

        def rest() -> tuple[int, ...]:
            status = store.inspect(NAME)
            return status.idle, status.warming, status.taken, status.doomed

        with pool:
            until(lambda: rest() == (0, 0, 0, 0), 30, "cleaning up")
        return rest()
