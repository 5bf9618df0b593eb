"""Members of a pool that follow the real plan, over the model of a store, with a clock, a server and mishaps of our own.

What a driver does between two decisions is a method here, so that a test can interleave them in any order, lose the answers
of the store, and let members die at any point.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from opensandbox._core.pool.book import PoolBook
from opensandbox._core.pool.messages import Commit, CommitOutcome, Member, Take
from opensandbox._core.pool.plan import WARMUP_GAP, Condemned, PlanSettings, PoolPlan

LOCK_TTL = 9.0
LEASE = 100.0  # of what is warming
IDLE_TTL = 200.0
MIN_REMAINING = 20.0


@dataclass
class Warming:
    """A warm-up: `sandbox_id` once the server has made it."""

    epoch: int
    began: float
    sandbox_id: str | None = None
    announced: bool = False
    offered: bool = False
    """A commit was sent: the store may have it."""


@dataclass
class Caller:
    """Somebody who acquires; the token stays while it waits."""

    token: str


@dataclass
class SimulatedMember:
    """One member, and what it has under way."""

    member: Member
    plan: PoolPlan
    warmups: list[Warming] = field(default_factory=list)
    kills: list[Condemned] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)
    hands: set[str] = field(default_factory=set)
    stalled: bool = False
    """It was silent for so long that it counted as dead at least once."""


class World:
    """A pool, its server, and time."""

    def __init__(self, max_idle: int) -> None:
        self.now = 1000.0
        self.book = PoolBook()
        self.book.max_idle = max_idle
        self.alive: dict[str, float] = {}
        """What the server has, and until when."""
        self.delivered: set[str] = set()
        self.orphans: set[str] = set()
        """Made by members that died before the store knew of them: the server ends them soon."""
        self.members: list[SimulatedMember] = []
        self.made = 0
        self.joined = 0
        self.tokens = 0

    # Members

    def join(self) -> SimulatedMember:
        """Let a member start."""
        self.joined += 1
        member = Member("worker", f"run-{self.joined}")
        settings = PlanSettings(
            max_idle=self.book.max_idle or 0,
            warmup_qps=5.0,
            warmup_concurrency=4,
            degraded_threshold=2,
            interval=2.0,
            lock_ttl=LOCK_TTL,
            min_remaining=MIN_REMAINING,
            kill_concurrency=3,
        )
        one = SimulatedMember(member, PoolPlan(member, settings))
        self.members.append(one)
        return one

    def die(self, dead: SimulatedMember) -> None:
        """Let a member end without a word. What it held for its callers is theirs no more."""
        self.members.remove(dead)
        self.orphans |= {w.sandbox_id for w in dead.warmups if w.sandbox_id and not w.announced}

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        for sandbox_id in [sandbox_id for sandbox_id, end in self.alive.items() if end <= self.now]:
            if sandbox_id not in self.delivered:
                del self.alive[sandbox_id]
        for one in self.members:
            if self.now - self.book.seen.get(one.member, self.now) > LOCK_TTL:
                one.stalled = True

    # What drivers do

    def step(self, one: SimulatedMember, *, reachable: bool = True, answered: bool = True) -> bool:
        """Do one step of the plan; return whether there was anything to do."""
        step = one.plan.next(self.now)
        if step.beat is not None:
            pulse = self.book.beat(step.beat, self.now) if reachable else None
            if pulse is None or not answered:
                one.plan.beat_failed(self.now, 0.5)
            else:
                one.plan.pulse(pulse, self.now)
            return True
        if step.trim_to is not None:
            gone = self.book.doom_idle(step.trim_to, 2) if reachable else ()
            one.plan.trimmed(gone if answered else ())
        one.kills += step.kills
        if step.warmup:
            one.warmups.append(Warming(one.plan.epoch or 0, self.now))
            self.now += WARMUP_GAP
        return bool(step.trim_to is not None or step.kills or step.warmup)

    def advance_warmup(
        self,
        one: SimulatedMember,
        warming: Warming,
        *,
        works: bool = True,
        reachable: bool = True,
        answered: bool = True,
    ) -> None:
        """Take a warm-up one stage further: made, announced, committed."""
        if not works:
            self._discard(one, warming)
            one.plan.warmup_failed(self.now, warming.began, "creation failed", 0.5)
        elif warming.sandbox_id is None:
            self.made += 1
            warming.sandbox_id = f"sandbox-{self.made}"
            self.alive[warming.sandbox_id] = self.now + LEASE
        elif not warming.announced:
            self._announce(one, warming, reachable, answered)
        elif reachable:
            self._commit(one, warming, answered)

    def _announce(self, one: SimulatedMember, warming: Warming, reachable: bool, answered: bool) -> None:
        assert warming.sandbox_id is not None
        known = reachable and self.book.announce(one.member, warming.epoch, warming.sandbox_id, self.now)
        if known and answered:
            warming.announced = True
            return
        self._discard(one, warming)
        one.plan.warmup_abandoned()

    def _commit(self, one: SimulatedMember, warming: Warming, answered: bool) -> None:
        assert warming.sandbox_id is not None
        warming.offered = True
        self.alive[warming.sandbox_id] = self.now + IDLE_TTL
        room = len(self.book.idle) < (self.book.max_idle or 0) + len(self.book.queue)
        commit = Commit(one.member, warming.epoch, warming.sandbox_id, IDLE_TTL)
        outcome = self.book.commit(commit, self.now)
        if outcome is CommitOutcome.STORED:
            assert room, "stored although there were enough"
            assert self.book.leader == one.member, "stored for a member that does not lead"
        if not answered:
            return  # it asks again
        if outcome in (CommitOutcome.STALE, CommitOutcome.FULL):
            self._discard(one, warming)
        else:
            one.warmups.remove(warming)
        one.plan.committed(outcome)

    def _discard(self, one: SimulatedMember, warming: Warming) -> None:
        one.warmups.remove(warming)
        if warming.sandbox_id is not None:
            self.kill_on_server(warming.sandbox_id)
            one.plan.buried(warming.sandbox_id)

    def end_kill(self, one: SimulatedMember, condemned: Condemned, *, works: bool = True) -> None:
        """Bring a kill to its end."""
        one.kills.remove(condemned)
        if works:
            self.kill_on_server(condemned.sandbox_id)
        one.plan.kill_ended(condemned.sandbox_id, self.now, gone=works)

    def kill_on_server(self, sandbox_id: str) -> None:
        """End a sandbox, which must not be in the hands of anybody who shows signs of life."""
        holder = next((one for one in self.members if sandbox_id in one.hands), None)
        assert holder is None or holder.stalled, f"{sandbox_id} was killed in the hands of its caller"
        self.alive.pop(sandbox_id, None)

    def take(
        self, one: SimulatedMember, caller: Caller, *, waits: bool, usable: bool = True, answered: bool = True
    ) -> bool:
        """Ask for a sandbox; return whether the caller is done. A caller whose answer was lost asks again."""
        settled = tuple(one.plan.settled)
        queue_for = 30.0 if waits else None
        taken = self.book.take(Take(one.member, caller.token, MIN_REMAINING, settled, queue_for), self.now)
        if not answered:
            return False
        one.plan.reported(settled, ())
        if taken.sandbox is None:
            return not waits
        one.plan.took(self.now)
        sandbox_id = taken.sandbox.sandbox_id
        if not usable or sandbox_id not in self.alive:
            one.plan.condemn(sandbox_id, caller.token)
            return True
        assert sandbox_id not in self.delivered, f"{sandbox_id} was handed out twice"
        self.delivered.add(sandbox_id)
        one.hands.add(sandbox_id)
        one.plan.settled.append(caller.token)
        return True

    def call(self, one: SimulatedMember) -> Caller:
        """Let somebody begin to acquire."""
        self.tokens += 1
        caller = Caller(f"{one.member.run}-{self.tokens}")
        one.callers.append(caller)
        return caller

    # What must hold

    def check_places(self) -> None:
        """Each sandbox is in one place at most."""
        book = self.book
        places = [*book.idle, *book.warming, *book.doomed, *(held.sandbox_id for held in book.taken.values())]
        assert len(places) == len(set(places)), f"in two places: {places}"

    def come_to_rest(self, seconds: int = 4) -> None:
        """Let everything go well for so long, in steps so small that nobody counts as dead."""
        for _ in range(seconds // 2):
            self.advance(2.0)
            for one in self.members:
                while self.step(one):
                    pass
                for warming in [*one.warmups]:
                    while warming in one.warmups:
                        self.advance_warmup(one, warming)
                for condemned in [*one.kills]:
                    self.end_kill(one, condemned)

    def empty(self) -> None:
        """Send all callers home, and let the pool be emptied."""
        self.book.max_idle = 0
        for one in self.members:
            for caller in [*one.callers]:
                self.send_home(one, caller)
        self.come_to_rest(round(4 * LOCK_TTL))

    def send_home(self, one: SimulatedMember, caller: Caller) -> None:
        """Let a caller go, who may have been given something without knowing it."""
        one.callers.remove(caller)
        self.book.cancel_wait(caller.token)

    def unaccounted(self) -> set[str]:
        """Return what lives on the server and belongs to nobody."""
        return self.alive.keys() - self.delivered - self.orphans
