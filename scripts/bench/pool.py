"""Pools: how long an acquire takes, how long filling does, and what both ask of threads, event loop and Redis.

Both packages run against a stand-in for a deployment that takes as long for each answer as a server nearby would.
"""

from __future__ import annotations

import os
import statistics
from typing import TYPE_CHECKING, Any

from scripts.bench.deployment import stand_in
from scripts.bench.figures import Figure, middle
from tests.support.redis import RedisServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

LATENCY = 0.005
CREATION = 0.05
ACQUIRES = 60
IDLE_SECONDS = 5
ACQUIRE_AIM = 0.25
"""Of what the published package needs."""
STALL_AIM = 10.0
THREADS_AIM = 8 + 128
"""Beside the warm-ups that may be in flight."""


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the figures of pools in memory and over Redis."""
    subjects = [ours] if published is None else [ours, published]
    with RedisServer(port=True) as redis:
        for store, where in (("memory", "memory"), ("Redis", redis.url)):
            for twin in ("async", "sync"):
                with stand_in("pool_deployment", str(LATENCY), str(CREATION)) as address:
                    runs = [one.run("pool", twin, where, OPEN_SANDBOX_DOMAIN=address) for one in subjects]
                yield from _times(f"{store}, {twin}", runs)
        for kind, what, units in (
            ("one", "Redis commands for an acquire", ACQUIRES),
            ("idle", "Redis commands in an idle second", IDLE_SECONDS),
        ):
            with stand_in("pool_deployment", str(LATENCY), str(CREATION)) as address:
                # A command or two too many are the signs of life of the members, which go on meanwhile.
                counts = [round(_commands(one, kind, redis, address) / units, 1) for one in subjects]
            yield Figure(what, "", counts[0], counts[1] if published else None, 1.0)


def _times(label: str, runs: list[dict[str, Any]]) -> Iterator[Figure]:
    acquires = [[seconds * 1000 for seconds in run["acquire"]] for run in runs]
    for what, figures in (
        ("median", [middle(times) for times in acquires]),
        ("95th percentile", [statistics.quantiles(times, n=20)[-1] for times in acquires]),
    ):
        other = figures[1] if len(figures) > 1 else None
        aim = None if other is None else ACQUIRE_AIM * other
        yield Figure(f"acquire, {label}: {what}", "ms", figures[0], other, aim)
    for key, what, unit, scale, aim in (
        ("filled", "200 sandboxes made", "s", 1.0, None),
        ("stall", "event loop held up while filling", "ms", 1000.0, STALL_AIM),
        ("threads", "threads while filling", "", 1.0, float(THREADS_AIM)),
    ):
        if key in runs[0]:
            figures = [run[key] * scale for run in runs]
            yield Figure(f"{what}, {label}", unit, figures[0], figures[1] if len(figures) > 1 else None, aim)


def _commands(subject: Subject, kind: str, redis: RedisServer, address: str) -> int:
    """Return how many commands Redis gets between the moments that the program names."""
    os.environ["OPEN_SANDBOX_DOMAIN"] = address
    program = subject.start("pool", kind, redis.url)
    try:
        assert program.stdout is not None, "it is piped"
        assert program.stdin is not None, "it is piped"
        program.stdout.readline()
        with redis.commands() as seen:
            program.stdin.write(b"\n")
            program.stdin.flush()
            program.stdout.readline()
        program.stdin.write(b"\n")
        program.stdin.flush()
        program.communicate(timeout=60)
    finally:
        program.kill()
        program.wait()
        del os.environ["OPEN_SANDBOX_DOMAIN"]
    return len(seen)
