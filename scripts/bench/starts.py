"""Daemons that are forked and daemons that are started, in turns in one run: the costs of the first as shares of the second."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from opensandbox import Sandbox, SandboxSync
from opensandbox.local import LocalServer
from scripts.bench.figures import Figure, middle
from scripts.bench.many import held_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.bench.subjects import Subject

SAMPLES = 20
COMMANDS = 10
BURST = 30
ALIVE = 8
WAYS = ("fork", "exec")


def measure(ours: Subject, published: Subject | None) -> Iterator[Figure]:
    """Yield milliseconds of the forked ones, and shares; the published package has no server."""
    with ExitStack() as stack:
        servers = {way: stack.enter_context(LocalServer(spares=0, start=way)) for way in WAYS}
        for server in servers.values():
            _once(server)  # the first one waits for what is loaded once
        rounds: dict[str, list[tuple[float, float, float]]] = {way: [] for way in WAYS}
        for _ in range(SAMPLES):
            for way, server in servers.items():
                rounds[way].append(_once(server))
        for index, what in enumerate(("create to first command, cold", "a tiny command", "kill")):
            yield from _compared(
                what, "ms", {way: middle([one[index] for one in rounds[way]]) for way in WAYS}
            )
        bursts: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(3):
            for way, server in servers.items():
                bursts[way].append(asyncio.run(_burst(server)))
        yield from _compared(
            f"{BURST} at once, each with a command: per sandbox",
            "ms",
            {way: middle(bursts[way]) for way in WAYS},
        )
    yield from _compared("memory of an idle sandbox (PSS)", "MiB", {way: _held_by_one(way) for way in WAYS})


def _compared(what: str, unit: str, costs: dict[str, float]) -> Iterator[Figure]:
    yield Figure(f"{what}, forked", unit, costs["fork"])
    yield Figure("… the same over started", "x", costs["fork"] / costs["exec"])


def _once(server: LocalServer) -> tuple[float, float, float]:
    """Return the milliseconds of a creation with its first command, of another command, and of the end."""
    config = server.connection_config_sync()
    begun = time.perf_counter()
    with SandboxSync.create("ubuntu", connection_config=config) as sandbox:
        sandbox.commands.run("true", check=True)
        ready = time.perf_counter()
        commands = []
        for _ in range(COMMANDS):
            start = time.perf_counter()
            sandbox.commands.run("true", check=True)
            commands.append(time.perf_counter() - start)
        ending = time.perf_counter()
        sandbox.kill()
        return (ready - begun) * 1e3, middle(commands) * 1e3, (time.perf_counter() - ending) * 1e3


async def _burst(server: LocalServer) -> float:
    """Return the milliseconds per sandbox."""
    config = server.connection_config()

    async def one() -> None:
        async with await Sandbox.create("ubuntu", connection_config=config) as sandbox:
            await sandbox.commands.run("true", check=True)
            await sandbox.kill()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(BURST)))
    return (time.perf_counter() - begun) / BURST * 1e3


def _held_by_one(way: str) -> float:
    """Return the MiB that one more sandbox takes, with all that belongs to it."""
    with ExitStack() as stack:
        server = stack.enter_context(LocalServer(spares=0, start=way))
        config = server.connection_config_sync()
        _once(server)
        before = held_below(os.getpid())
        for _ in range(ALIVE):
            stack.enter_context(SandboxSync.ephemeral("ubuntu", connection_config=config)).commands.run(
                "true"
            )
        return (held_below(os.getpid()) - before) / ALIVE / 2**20
