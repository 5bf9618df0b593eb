"""Simulate pools of many workers with the real plan, a clock of its own, and a model of the store.

    python -m scripts.simulate_pool
    python -m scripts.simulate_pool --pools 1 --workers 50 --acquires 150 --seconds 20

Every member follows `opensandbox._core.pool.plan`; the store is `opensandbox._core.pool.book`, which the stores are tested
against. What takes time (an answer of Redis, of the server, a creation) takes as long as the options say. Commands are
counted as the Redis store sends them. Prints figures; the same options bring the same figures.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise
from typing import NamedTuple

from opensandbox._core.pool.book import PoolBook
from opensandbox._core.pool.messages import REFILL, Beat, Commit, CommitOutcome, Member, Take
from opensandbox._core.pool.plan import PlanSettings, PoolPlan

LISTEN_SECONDS = 10.0
IDLE_TTL = 86400.0


class Options(NamedTuple):
    """What is simulated. Durations are seconds; workers, size and rates are those of all pools together."""

    pools: int = 100
    workers: int = 1000
    acquires: float = 10000.0
    """A second; each comes to a worker by chance."""
    size: int = 20000
    seconds: float = 5.0
    idle_seconds: float = 20.0
    """How long nobody acquires, before the acquires begin."""
    warmup_qps: float = 1000.0
    warmup_concurrency: int = 128
    creation: float = 0.3
    redis: float = 0.0005
    patience: float = 10.0
    """How long an acquire queues."""
    seed: int = 1


class Clock:
    """Does things when it is time for them."""

    def __init__(self) -> None:
        self.now = 0.0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do this in so many seconds."""
        heapq.heappush(self._agenda, (self.now + seconds, next(self._numbers), do))

    def run_until(self, end: float) -> None:
        """Let time pass."""
        while self._agenda and self._agenda[0][0] <= end:
            self.now, _, do = heapq.heappop(self._agenda)
            do()
        self.now = end


class WatchedBook(PoolBook):
    """A book that notes whom a step wakes."""

    def __init__(self) -> None:
        super().__init__()
        self.woken: list[Member] = []

    def wake(self, member: Member, message: str) -> None:
        """Leave a message, once."""
        if message not in self.wakeups.get(member, ()):
            self.woken.append(member)
        super().wake(member, message)


@dataclass
class Pool:
    """One pool, and what is known about its acquires."""

    book: WatchedBook
    members: dict[Member, SimulatedMember] = field(default_factory=dict)
    taken_at: list[float] = field(default_factory=list)
    """When sandboxes were taken that have not been replaced."""
    served: list[int] = field(default_factory=list)
    """The numbers of those who queued, as they were served."""


@dataclass
class Figures:
    """What came of it."""

    commands: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)
    """From a take to the commit of a replacement."""
    waits: list[float] = field(default_factory=list)
    at_once: int = 0
    given_up: int = 0
    most_idle: int = 0


class SimulatedMember:
    """One worker's pool: its plan, and the driver around it."""

    def __init__(self, world: World, pool: Pool, number: int, size: int) -> None:
        options = world.options
        self.world, self.pool = world, pool
        self.member = Member(f"worker-{number}", f"run-{number}")
        settings = PlanSettings(
            max_idle=size,
            warmup_qps=options.warmup_qps,
            warmup_concurrency=options.warmup_concurrency,
            degraded_threshold=3,
            interval=2.0,
            lock_ttl=60.0,
            min_remaining=60.0,
        )
        self.plan = PoolPlan(self.member, settings)
        self.waiters: dict[str, Callable[[], None]] = {}
        self.listening = False
        self._alarm = 0
        self._listened = 0

    def look(self) -> None:
        """Do what the plan says, until there is nothing more to do."""
        world, plan = self.world, self.plan
        self._alarm += 1
        while True:
            step = plan.next(world.now)
            if step.beat is not None:
                self._beat(step.beat)
            if step.warmup:
                world.clock.later(world.options.creation, partial(self._made, plan.epoch or 0))
                continue
            if not math.isinf(step.wait) and step.beat is None:
                world.clock.later(step.wait, partial(self._ring, self._alarm))
            return

    def _ring(self, alarm: int) -> None:
        if alarm == self._alarm:
            self.look()

    def _beat(self, beat: Beat) -> None:
        world = self.world
        world.command("beat")
        pulse = self.pool.book.beat(beat, world.now)
        world.deliver(self.pool, self.member)

        def answered() -> None:
            self.plan.pulse(pulse, world.now)
            self.listen()
            self.look()

        world.clock.later(world.options.redis, answered)

    def _made(self, epoch: int) -> None:
        world, book = self.world, self.pool.book
        sandbox_id = f"sandbox-{next(world.numbers)}"
        world.command("announce")
        book.announce(self.member, epoch, sandbox_id, world.now)

        def warm() -> None:
            world.command("commit")
            outcome = book.commit(Commit(self.member, epoch, sandbox_id, IDLE_TTL), world.now)
            world.figures.most_idle = max(world.figures.most_idle, len(book.idle))
            if outcome is CommitOutcome.STORED and self.pool.taken_at:
                world.figures.lags.append(world.now - self.pool.taken_at.pop(0))
            world.deliver(self.pool, self.member)
            self.plan.committed(outcome)
            self.look()

        world.clock.later(world.options.redis, warm)

    # Callers

    def acquire(self, number: int) -> None:
        """Let somebody acquire, who queues where none is idle."""
        world, began = self.world, self.world.now
        token = f"{self.member.run}-{number}"

        def ask() -> None:
            left = began + world.options.patience - world.now
            world.command("take")
            take = Take(self.member, token, 60.0, tuple(self.plan.settled), max(0.0, left))
            taken = self.pool.book.take(take, world.now)
            world.deliver(self.pool, self.pool.book.leader)
            self.plan.reported(take.settled, ())
            if taken.sandbox is not None:
                self.plan.took(world.now)
                self.plan.settled.append(token)
                self.pool.taken_at.append(world.now)
                if self.waiters.pop(token, None) is None:
                    world.figures.at_once += 1
                else:
                    self.pool.served.append(number)
                world.figures.waits.append(world.now - began)
                self.look()
            elif left <= 0:
                self.waiters.pop(token, None)
                self.pool.book.cancel_wait(token)
                world.figures.given_up += 1
            elif token not in self.waiters:
                self.waiters[token] = ask
                self.listen()
                world.clock.later(left, lambda: ask() if token in self.waiters else None)
                self.plan.poke()
                self.look()

        ask()

    # Wake-ups

    def listen(self) -> None:
        """Wait for wake-ups where they concern this member: one blocking command after the other."""
        if self.listening or not (self.plan.epoch is not None or self.waiters):
            return
        self.listening = True
        self._listened += 1
        self.world.command("listen")
        self.world.clock.later(LISTEN_SECONDS, partial(self._silence, self._listened))
        self.world.deliver(self.pool, self.member)

    def _silence(self, listened: int) -> None:
        if self.listening and listened == self._listened:
            self.listening = False
            self.listen()

    def hear(self, message: str) -> None:
        """Take in what `listen` brings."""
        if message == REFILL:
            self.plan.poke()
        elif message in self.waiters:
            self.waiters[message]()
        self.look()
        self.listen()


class World:
    """Pools that share one Redis."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock()
        self.figures = Figures()
        self.numbers = count(1)
        self._dice = random.Random(options.seed)  # noqa: S311 - the same every time
        self.pools = [Pool(WatchedBook()) for _ in range(options.pools)]
        size = options.size // options.pools
        for pool in self.pools:
            pool.book.max_idle = size
            for number in range(size):  # as they were left by those who filled them
                pool.book.put(f"first-{number}", 0.0)
        self.members: list[SimulatedMember] = []
        for number in range(options.workers):
            pool = self.pools[number % options.pools]
            one = SimulatedMember(self, pool, number, size)
            pool.members[one.member] = one
            self.members.append(one)

    @property
    def now(self) -> float:
        """The time."""
        return self.clock.now

    def command(self, name: str) -> None:
        """Count a command."""
        self.figures.commands[name] += 1

    def deliver(self, pool: Pool, near: Member | None) -> None:
        """Pass wake-ups on to members that listen, one an answer, as a blocking pop does.

        A step can wake the member `near` itself; each other one takes a command.
        """
        for member in pool.book.woken:
            if member != near:
                self.command("nudge")
        pool.book.woken.clear()
        for member in [member for member, messages in pool.book.wakeups.items() if messages]:
            one = pool.members[member]
            if one.listening:
                one.listening = False
                message = pool.book.wakeups[member].pop(0)
                self.clock.later(self.options.redis, partial(one.hear, message))

    def run(self) -> dict[str, float]:
        """Let all start, rest, and acquire; return figures."""
        options, clock, figures = self.options, self.clock, self.figures
        for one in self.members:
            clock.later(2.0 * self._dice.random(), one.look)
        clock.run_until(4.0)
        figures.commands.clear()
        clock.run_until(4.0 + options.idle_seconds)
        idle = figures.commands.total() / options.idle_seconds
        figures.commands.clear()
        begun, number, at = clock.now, 0, 0.0
        while (at := at + self._dice.expovariate(options.acquires)) < options.seconds:
            number += 1
            caller = self._dice.choice(self.members)
            clock.later(at, partial(caller.acquire, number))
        clock.run_until(begun + options.seconds + options.patience)
        return self._summary(number, idle)

    def _summary(self, acquires: int, idle: float) -> dict[str, float]:
        figures, options = self.figures, self.options
        commands = figures.commands
        queued = sum(len(pool.served) for pool in self.pools)
        overtaken = sum(later < earlier for pool in self.pools for earlier, later in pairwise(pool.served))
        return {
            "acquires": acquires,
            "served at once": figures.at_once,
            "served after queueing": queued,
            "gave up": figures.given_up,
            "commands for an acquire, its own": round(commands["take"] / acquires, 2),
            "commands for an acquire, with its replacement": round(commands.total() / acquires, 2),
            "commands in an idle second, all members": round(idle, 1),
            "commands in an idle second, one member": round(idle / options.workers, 2),
            "replaced after, median (s)": round(statistics.median(figures.lags or [math.nan]), 3),
            "replaced after, 99th percentile (s)": round(_percentile(figures.lags, 0.99), 3),
            "waited, 99th percentile (s)": round(_percentile(figures.waits, 0.99), 3),
            "served before somebody who came earlier": round(overtaken / max(1, queued), 4),
            "idle at most, in one pool": figures.most_idle,
            **{f"{name} commands": number for name, number in sorted(commands.items())},
        }


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else math.nan


def main() -> None:
    """Simulate what the command line describes, and print figures."""
    parser = argparse.ArgumentParser(prog="python -m scripts.simulate_pool", description="Simulate pools.")
    for name, value in Options._field_defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    print(json.dumps(World(Options(**vars(parser.parse_args()))).run(), indent=2))


if __name__ == "__main__":
    main()
