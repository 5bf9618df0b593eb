"""What one member of a pool does next: beat, warm up, trim, kill, wait. A state machine without clock, store or threads.

Drivers ask `next`, do what it says, and report what happened. They pass the time in and take turns. What the plan believes
about the number of idle sandboxes is corrected by each pulse; that there are never too many is up to the store, which
refuses commits beyond the cap.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from opensandbox._core.pool.fill import FirstFill
from opensandbox._core.pool.limits import Backoff, Gate
from opensandbox._core.pool.messages import Beat, CommitOutcome, Member, Pulse

BEAT_GAP = 0.02
"""Seconds between two beats at least, however often the member is woken."""
WARMUP_GAP = 0.01
"""Seconds between the starts of two warm-ups, plus twice the scheduling delay, so that a filling pool yields to other work."""
MOST_LATE = 0.25
HEAD_START = 0.02
"""Seconds before the replacement of a sandbox that was taken is begun: the caller's own requests come first."""
SWEEPS_PER_LEASE = 2
KILL_RETRY = 2.0
"""Seconds before a failed kill is tried again; twice that before the third attempt, and so on."""
KILL_ATTEMPTS = 8


class PlanSettings(NamedTuple):
    """The numbers a plan goes by. Durations are seconds."""

    max_idle: int
    warmup_qps: float
    warmup_concurrency: int
    degraded_threshold: int
    interval: float
    lock_ttl: float
    min_remaining: float
    max_create_qps: float | None = None
    max_concurrent_creates: int | None = None
    kill_concurrency: int = 8
    first_fill: float = 0.0
    """How long the first fill may take; later on a pool without idle sandboxes is empty."""


class Condemned(NamedTuple):
    """A sandbox to be killed. `token`: it was taken, so the take is settled by its death."""

    sandbox_id: str
    token: str | None = None
    attempts: int = 0
    not_before: float = -math.inf


class Step(NamedTuple):
    """What to do now, and how long to wait after it unless something happens."""

    beat: Beat | None = None
    trim_to: int | None = None
    warmup: bool = False
    kills: tuple[Condemned, ...] = ()
    wait: float = 0.0


@dataclass
class PoolPlan:
    """The plan of one member."""

    member: Member
    settings: PlanSettings
    began: float = 0.0
    max_idle: int = 0
    epoch: int | None = None
    idle: int = 0
    waiting: int = 0
    warming: int = 0
    draining: bool = False
    settled: deque[str] = field(default_factory=deque)
    killed: deque[str] = field(default_factory=deque)
    condemned: dict[str, Condemned] = field(default_factory=dict)
    killing: dict[str, Condemned] = field(default_factory=dict)
    _reported: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    _beat_due: float = -math.inf
    _last_beat: float = -math.inf
    _last_sweep: float = -math.inf
    _outages: int = 0
    _trimming: bool = False
    _poked: bool = False
    _stored_since_beat: int = 0
    _next_warmup: float | None = None
    _shares_size: bool = False

    def __post_init__(self) -> None:
        settings = self.settings
        self.max_idle = settings.max_idle
        self.fill = FirstFill(self.began + settings.first_fill)
        self.fill.saw(0, self.max_idle)
        self.warmup_gate = Gate(settings.warmup_qps, settings.warmup_concurrency)
        self.gate = Gate(settings.max_create_qps, settings.max_concurrent_creates)
        self.backoff = Backoff(settings.degraded_threshold)
        self.interval = min(settings.interval, settings.lock_ttl / 3)

    # What to do

    def next(self, now: float) -> Step:
        """Return what to do now. Whatever it names is from here on under way."""
        if now >= self._beat_due:
            return Step(beat=self._beat(now))
        trim_to = self._trim()
        warmup, until_warmup = self._warmup(now)
        kills, until_kill = self._kills(now)
        wait = max(0.0, min(self._beat_due - now, until_warmup, until_kill))
        return Step(trim_to=trim_to, warmup=warmup, kills=kills, wait=wait)

    def wanted(self) -> int:
        """Return how many sandboxes are missing: up to the size of the pool, and one for each who waits."""
        if self.epoch is None or self.draining or self.max_idle == 0:
            return 0
        return max(0, self.max_idle + self.waiting - self.idle - self.warming)

    def _warmup(self, now: float) -> tuple[bool, float]:
        """Return whether to begin one, admitted and all, and in how many seconds the next may begin."""
        wanted = self.wanted()
        if self.backoff.degraded:
            wanted = min(wanted, 1 - self.warming)  # one to see whether things are better
        if wanted <= 0:
            self._next_warmup = None
            return False, math.inf
        late = 0.0 if self._next_warmup is None else now - self._next_warmup
        if late < 0:
            return False, -late
        wait = max(self.warmup_gate.wait(now), self.gate.wait(now), self.backoff.remaining(now))
        if wait > 0:
            self._next_warmup = None
            return False, wait
        self.warmup_gate.enter()
        self.gate.enter()
        self.warming += 1
        gap = WARMUP_GAP + 2 * min(late, MOST_LATE)
        self._next_warmup = now + gap
        return True, gap

    def _trim(self) -> int | None:
        keep = self.max_idle + (self.waiting if self.max_idle else 0)
        if self.epoch is None or self.draining or self._trimming or self.idle <= keep:
            return None
        self._trimming = True
        return keep

    def _kills(self, now: float) -> tuple[tuple[Condemned, ...], float]:
        due: list[Condemned] = []
        until = math.inf
        for condemned in self.condemned.values():
            if len(self.killing) + len(due) >= self.settings.kill_concurrency:
                until = math.inf  # the end of a kill wakes the driver
                break
            if condemned.not_before > now:
                until = min(until, condemned.not_before - now)
            else:
                due.append(condemned)
        for condemned in due:
            self.killing[condemned.sandbox_id] = self.condemned.pop(condemned.sandbox_id)
        return tuple(due), until

    # Beats

    def _beat(self, now: float) -> Beat:
        sweep = now - self._last_sweep >= self.settings.lock_ttl / SWEEPS_PER_LEASE
        if sweep:
            self._last_sweep = now
        self._reported = (tuple(self.settled), tuple(self.killed))
        self._last_beat = now
        self._beat_due = math.inf  # until its answer is there
        self._stored_since_beat = 0
        return Beat(
            member=self.member,
            lock_ttl=self.settings.lock_ttl,
            campaign=not self.draining or (self.epoch is not None and self.warming > 0),
            min_remaining=self.settings.min_remaining,
            settled=self._reported[0],
            killed=self._reported[1],
            sweep=sweep,
            doomed_limit=4 * self.settings.kill_concurrency,
        )

    def pulse(self, pulse: Pulse, now: float) -> None:
        """Take in the answer to a beat."""
        self.reported(*self._reported)
        self._outages = 0
        self._trimming = False
        self.epoch, self.waiting = pulse.epoch, pulse.waiting
        # The answer may be older than what was stored since it was asked for. To go by it would make one that the store refuses.
        self.idle = max(pulse.idle, min(self.idle, pulse.idle + self._stored_since_beat))
        if self.idle > pulse.idle:
            self._poked = True
        self._shares_size = pulse.max_idle is not None
        if pulse.max_idle is not None:
            self.max_idle = pulse.max_idle
        for sandbox_id in pulse.doomed:
            self.condemn(sandbox_id)
        self.fill.saw(pulse.idle, self.max_idle)
        self._beat_due = self._last_beat + self.interval
        if pulse.next_expiry is not None:
            # A replacement is begun when the old one goes, not up to an interval later.
            self._beat_due = max(now + BEAT_GAP, min(self._beat_due, now + pulse.next_expiry + BEAT_GAP))
        if self._poked:
            self._poked = False
            # From now, not from when it was asked: a store that takes long to answer would leave no turn for warm-ups.
            self._beat_due = min(self._beat_due, now + BEAT_GAP)

    def beat_failed(self, now: float, chance: float) -> None:
        """The store could not be reached: nobody knows who leads."""
        self.epoch = None
        self._outages += 1
        wait = min(self.interval, 0.1 * 2.0 ** min(self._outages, 10))
        self._beat_due = now + wait * (0.5 + chance / 2)

    def poke(self) -> None:
        """Beat soon: something has changed elsewhere."""
        if self._beat_due == math.inf:
            self._poked = True  # the answer on its way may be older than the change
        elif self._outages == 0:
            self._beat_due = min(self._beat_due, self._last_beat + BEAT_GAP)

    def reported(self, settled: tuple[str, ...], killed: tuple[str, ...]) -> None:
        """These have reached the store."""
        for queue, done in ((self.settled, settled), (self.killed, killed)):
            gone = set(done)
            while queue and queue[0] in gone:
                gone.discard(queue.popleft())
            for leftover in gone:
                if leftover in queue:
                    queue.remove(leftover)

    # What happened

    def took(self, now: float) -> None:
        """An idle sandbox was taken by this member."""
        self.idle = max(0, self.idle - 1)
        if self._next_warmup is None:
            self._next_warmup = now + HEAD_START

    def committed(self, outcome: CommitOutcome) -> None:
        """A warm-up came to its end."""
        self._warmup_over()
        self.backoff.succeeded()
        if outcome is CommitOutcome.STORED:
            self.idle += 1
            self._stored_since_beat += 1
            self.fill.stored()
            self.fill.saw(self.idle, self.max_idle)
        elif outcome is not CommitOutcome.KNOWN:
            self.poke()

    def warmup_failed(
        self, now: float, began: float, error: str, chance: float, retry_after: float | None = None
    ) -> None:
        """A warm-up failed."""
        self._warmup_over()
        self.fill.failed()
        self.backoff.failed(now, began, error, chance, retry_after)

    def warmup_abandoned(self) -> None:
        """A warm-up was given up, through no fault of its own."""
        self._warmup_over()

    def _warmup_over(self) -> None:
        self.warming -= 1
        self.warmup_gate.leave()
        self.gate.leave()

    def trimmed(self, sandbox_ids: tuple[str, ...]) -> None:
        """These were moved from idle to doomed."""
        self.idle = max(0, self.idle - len(sandbox_ids))
        for sandbox_id in sandbox_ids:
            self.condemn(sandbox_id)

    def buried(self, sandbox_id: str) -> None:
        """A sandbox is gone that the store may know as warming or doomed."""
        self.killed.append(sandbox_id)

    def condemn(self, sandbox_id: str, token: str | None = None) -> None:
        """Have a sandbox killed, unless that is under way or done."""
        if (
            sandbox_id not in self.killing
            and sandbox_id not in self.condemned
            and sandbox_id not in self.killed
        ):
            self.condemned[sandbox_id] = Condemned(sandbox_id, token)

    def kill_ended(self, sandbox_id: str, now: float, *, gone: bool) -> None:
        """A kill came to its end: the sandbox is `gone`, or must be tried again."""
        condemned = self.killing.pop(sandbox_id)
        attempts = condemned.attempts + 1
        if not gone and attempts < KILL_ATTEMPTS:
            not_before = now + KILL_RETRY * attempts
            self.condemned[sandbox_id] = condemned._replace(attempts=attempts, not_before=not_before)
            return
        if condemned.token is not None:
            self.settled.append(condemned.token)
        if gone:
            self.killed.append(sandbox_id)

    def local_cap(self) -> int | None:
        """Return the cap to send along with a commit; `None` where the store knows the size that all share."""
        return None if self._shares_size else self.max_idle
