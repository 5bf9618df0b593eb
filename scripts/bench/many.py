"""Thirty and a hundred sandboxes at once on one machine: how many fail, how fast they come, and what an idle one holds in memory."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from opensandbox import Sandbox, SandboxManager
from opensandbox.local import LocalServer
from scripts.bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

FEW, MANY = 30, 100


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield the figures for the embedded server without spares; it is the server that is measured, not a client."""
    for count in (FEW, MANY):
        with LocalServer(spares=0) as server:
            before = held_below(os.getpid())
            times, took, after, ended = asyncio.run(_all_at_once(server, count))
        times.sort()
        yield Figure(f"{count} at once, each with a command: failed", "", count - len(times), aim=0)
        yield Figure(f"{count} at once, each with a command: per sandbox", "ms", took / count * 1000)
        yield Figure(f"{count} at once, until the command is done: median", "ms", times[count // 2] * 1000)
        yield Figure(
            f"{count} at once, until the command is done: 95 %", "ms", times[count * 95 // 100] * 1000
        )
        yield Figure(f"{count} killed at once: per sandbox", "ms", ended / count * 1000)
    yield Figure("memory of an idle sandbox", "MiB", (after - before) / MANY / 2**20)


async def _all_at_once(server: LocalServer, count: int) -> tuple[list[float], float, int, float]:
    """Return when each command was done, when all were, the memory held then, and how long it took to kill them."""
    # Nothing is set: a burst has to get through with the limits that everybody has.
    config = server.connection_config()
    begun = time.perf_counter()

    async def one() -> float:
        sandbox = await Sandbox.create("ubuntu", connection_config=config)
        async with sandbox:
            await sandbox.commands.run("true", check=True)
        return time.perf_counter() - begun

    outcomes = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    took = time.perf_counter() - begun
    held = held_below(os.getpid())
    begun = time.perf_counter()
    async with await SandboxManager.create(config) as manager:
        report = await manager.kill_all(everything=True)
    if report.failed:
        raise SystemExit(f"not every sandbox was killed: {report}")
    return [when for when in outcomes if isinstance(when, float)], took, held, time.perf_counter() - begun


def held_below(top: int) -> int:
    """Return the bytes that the processes below one hold; what is shared counts in proportion."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_bytes().rpartition(b")")[2].split()[1])
        except OSError:
            continue
    family, generation = set[int](), {top}
    while generation := {pid for pid, parent in parents.items() if parent in generation}:
        family |= generation
    return sum(map(_proportional, family))


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
