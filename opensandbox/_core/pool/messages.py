"""What a pool member and a coordinating store say to each other. Durations are seconds; the store's clock alone counts.

A sandbox of a pool is in one place at a time, and moves in atomic steps:

    warming ──commit──► idle ──take──► taken ──settled──► the caller's own
       │                  │              │
       └──────────────────┴──────────────┴──► doomed ──killed──► gone

`warming` and `taken` entries carry the member that is at work on them. When it dies, they become `doomed`. What is doomed
is killed by whoever put it there, and again by each next leader until somebody says that it is killed: so nothing leaks.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

REFILL = ""
"""The wake-up that tells the leader to look again. Any other wake-up is the token of a waiter whose turn has come."""


class Member(NamedTuple):
    """One run of one pool object: processes that were given the same owner id, and restarts, are told apart by `run`.

    The lock holds the owner id alone, as members that know nothing of runs expect. Whose lock it is, the store keeps beside
    it: another run of the same owner does not lead before the lock has expired or was released.
    """

    owner_id: str
    run: str


class Take(NamedTuple):
    """Asks for an idle sandbox. Asking again with the same token brings the same answer, not a second sandbox."""

    member: Member
    token: str
    min_remaining: float = 0.0
    """Entries with less time left than this become doomed instead of being handed out."""
    settled: tuple[str, ...] = ()
    """Tokens of earlier takes whose sandboxes are in the callers' hands, or killed."""
    queue_for: float | None = None
    """When nothing can be had, keep or get a place in the queue for so long; `None`: do not queue."""


class TakenSandbox(NamedTuple):
    """A sandbox that now belongs to the asking member."""

    sandbox_id: str
    remaining: float | None = None
    """How long it may have stayed idle still; `None` where the store does not know."""
    endpoint: str | None = None
    """What the warm-up noted about it (see `Commit`); `None` for entries of members that note nothing."""


class Taken(NamedTuple):
    """The answer to a take."""

    sandbox: TakenSandbox | None = None
    ahead: int = 0
    """How many waiters stand before the asking one."""
    discarded: int = 0
    """How many entries were too close to their end and became doomed."""


class Beat(NamedTuple):
    """The one regular message of a member: I am alive, I lead or want to, this is what I have finished."""

    member: Member
    lock_ttl: float
    """How long leadership lasts after this beat, and after how long without one a member counts as dead."""
    campaign: bool = True
    """Whether to take or keep the lead; without it a lead that is held is given up."""
    min_remaining: float = 0.0
    settled: tuple[str, ...] = ()
    killed: tuple[str, ...] = ()
    """Sandboxes that are gone: no longer warming or doomed. One that was taken is settled, by its token."""
    sweep: bool = False
    """As leader, also doom what dead members left in `warming` and `taken`, and forget them and their waiters."""
    doomed_limit: int = 128


class Pulse(NamedTuple):
    """The answer to a beat. Entries below `min_remaining` were reaped before anything was counted, if the member leads."""

    epoch: int | None
    """The epoch in which this member leads: it grows with each change of leader. `None` for all others."""
    idle: int
    waiting: int = 0
    max_idle: int | None = None
    """The size that all members share; `None` where there is none."""
    doomed: tuple[str, ...] = ()
    """For the leader: sandboxes to be killed and reported as `killed`. They come again until they are."""
    next_expiry: float | None = None
    """For the leader: in how many seconds the next idle entry falls below `min_remaining`."""
    leader: str | None = None
    """The owner id in the lock."""


class Commit(NamedTuple):
    """A sandbox that is warm and lives long enough. Its `endpoint` is returned with it by a take."""

    member: Member
    epoch: int
    sandbox_id: str
    ttl: float
    endpoint: str | None = None
    cap: int | None = None
    """Refuse when so many are idle already, waiters not counted; `None`: the size that all members share."""


class CommitOutcome(Enum):
    """What became of a commit."""

    STORED = "stored"
    KNOWN = "known"
    """It is no longer warming: an earlier attempt stored it, or it was doomed as the work of a dead member."""
    STALE = "stale"
    """Another member leads, or the epoch is over. It is doomed now: kill it."""
    FULL = "full"
    """There are enough. It is doomed now: kill it."""


class MemberStatus(NamedTuple):
    """A member that has been seen."""

    member: Member
    unseen: float
    """Seconds since its last beat."""


class StoreStatus(NamedTuple):
    """All about a pool that its store knows, for people to look at."""

    pool_name: str
    destroy_state: str
    leader: str | None
    epoch: int
    lock_remaining: float | None
    idle: int
    warming: int
    taken: int
    doomed: int
    waiting: int
    max_idle: int | None
    members: tuple[MemberStatus, ...] = ()
