"""What a member does next: each test tells one story."""

from __future__ import annotations

import pytest

from opensandbox._core.pool.messages import Commit, CommitOutcome, Member, Pulse, Take
from opensandbox._core.pool.plan import BEAT_GAP, HEAD_START, WARMUP_GAP, PlanSettings, PoolPlan
from tests.support.pool_world import World

ME = Member("me", "run-1")


def plan(**changes: object) -> PoolPlan:
    values: dict[str, object] = {
        "max_idle": 5,
        "warmup_qps": 100.0,
        "warmup_concurrency": 10,
        "degraded_threshold": 2,
        "interval": 2.0,
        "lock_ttl": 60.0,
        "min_remaining": 10.0,
    }
    return PoolPlan(ME, PlanSettings(**{**values, **changes}))  # type: ignore[arg-type]


def leading(idle: int = 0, waiting: int = 0, **changes: object) -> PoolPlan:
    made = plan(**changes)
    assert made.next(0.0).beat is not None
    made.pulse(Pulse(epoch=1, idle=idle, waiting=waiting), 0.0)
    return made


def begun(made: PoolPlan, now: float = 0.0) -> int:
    """Let the plan begin warm-ups until it holds back, and return how many those were."""
    count = 0
    while (step := made.next(now)).warmup:
        count += 1
        now += step.wait
    return count


def test_first_thing_is_to_ask_who_leads():
    beat = plan().next(0.0).beat
    assert beat is not None
    assert (beat.member, beat.campaign, beat.lock_ttl, beat.sweep) == (ME, True, 60.0, True)


def test_leader_fills_the_pool_at_once():
    assert begun(leading()) == 5


def test_nothing_is_begun_twice():
    made = leading()
    begun(made)
    assert begun(made) == 0


def test_member_that_does_not_lead_creates_nothing():
    made = plan()
    made.next(0.0)
    made.pulse(Pulse(epoch=None, idle=0), 0.0)
    assert begun(made) == 0


def test_taking_one_lets_one_be_made_before_the_next_beat():
    made = leading(idle=5)
    assert begun(made, 0.1) == 0
    made.took(0.1)
    step = made.next(0.1 + HEAD_START)
    assert (step.beat, step.warmup) == (None, True)


def test_replacement_lets_the_caller_go_first():
    made = leading(idle=5)
    assert begun(made, 0.1) == 0
    made.took(0.1)
    step = made.next(0.1)
    assert not step.warmup
    assert step.wait == pytest.approx(HEAD_START)


def test_everyone_who_waits_is_made_one_for():
    assert begun(leading(idle=0, waiting=3, max_idle=2)) == 5


def test_pool_of_size_zero_makes_none_even_for_those_who_wait():
    assert begun(leading(waiting=3, max_idle=0)) == 0


@pytest.mark.parametrize(("limits", "count"), [({"warmup_concurrency": 2}, 2), ({"warmup_qps": 3.0}, 3)])
def test_warmups_keep_to_their_limits(limits: dict[str, object], count: int):
    assert begun(leading(**limits)) == count


def test_warmups_and_direct_creations_share_a_gate():
    made = leading(max_concurrent_creates=3)
    made.gate.enter()
    assert begun(made) == 2
    made.gate.leave()
    assert begun(made) == 1


def test_slow_rate_says_when_to_look_again():
    made = leading(warmup_qps=1.0)
    assert begun(made) == 1
    assert made.next(0.5).wait == 0.5
    assert begun(made, 1.0) == 1


def test_warmups_are_begun_one_by_one_and_slower_where_that_comes_late():
    made = leading()
    assert made.next(0.0).wait == WARMUP_GAP
    late = made.next(WARMUP_GAP + 0.1)
    assert late.warmup
    assert late.wait == pytest.approx(WARMUP_GAP + 0.2)


def test_failing_creations_are_tried_less_often_and_one_at_a_time():
    made = leading()
    begun(made)
    for _ in range(5):
        made.warmup_failed(0.5, 0.0, "no space", 0.0)
    assert made.backoff.degraded
    assert made.backoff.last_error == "no space"
    step = made.next(0.5)
    assert (step.warmup, step.wait) == (False, 0.5)
    assert begun(made, 1.0) == 1
    made.warmup_failed(1.1, 1.0, "no space", 0.0)
    assert begun(made, 1.1) == 0
    assert made.next(2.05).beat is not None


def test_success_brings_back_the_full_speed():
    made = leading(degraded_threshold=1)
    begun(made)
    for _ in range(5):
        made.warmup_failed(0.0, 0.0, "no", 0.0)
    assert begun(made, 0.5) == 1
    made.committed(CommitOutcome.STORED)
    assert begun(made, 0.6) == 4


def test_surplus_is_trimmed_once_until_the_store_has_counted_again():
    made = leading(idle=9)
    assert made.next(0.0).trim_to == 5
    assert made.next(0.0).trim_to is None
    made.trimmed(("a", "b"))
    assert [condemned.sandbox_id for condemned in made.next(0.0).kills] == ["a", "b"]
    assert made.next(0.0).trim_to is None


def test_doomed_sandboxes_are_killed_once_and_reported():
    made = plan()
    made.next(0.0)
    made.pulse(Pulse(epoch=1, idle=5, doomed=("a",)), 0.0)
    assert [condemned.sandbox_id for condemned in made.next(0.0).kills] == ["a"]
    made.condemn("a")
    assert made.next(0.0).kills == ()
    made.kill_ended("a", 0.1, gone=True)
    made.condemn("a")  # the store has not heard yet
    assert made.next(0.1).kills == ()
    beat = made.next(2.0).beat
    assert beat is not None
    assert beat.killed == ("a",)


def test_kill_that_fails_is_tried_again_later():
    made = leading(idle=5)
    made.condemn("a", "token")
    made.next(0.0)
    made.kill_ended("a", 0.0, gone=False)
    assert made.next(0.1).kills == ()
    assert made.next(2.0).beat is not None
    made.pulse(Pulse(epoch=1, idle=5), 2.0)
    assert [condemned.sandbox_id for condemned in made.next(2.0).kills] == ["a"]
    made.kill_ended("a", 2.0, gone=True)
    assert list(made.settled) == ["token"]


def test_kills_are_bounded():
    made = leading(idle=5, kill_concurrency=2)
    for name in "abc":
        made.condemn(name)
    assert len(made.next(0.0).kills) == 2
    made.kill_ended("a", 0.0, gone=True)
    assert len(made.next(0.0).kills) == 1


def test_wakeups_do_not_lead_to_more_beats_than_the_gap_allows():
    made = leading(idle=5)
    made.poke()
    assert made.next(0.0).wait == BEAT_GAP
    assert made.next(BEAT_GAP).beat is not None


def test_wakeup_during_a_beat_leads_to_another():
    made = plan()
    made.next(0.0)
    made.poke()
    made.pulse(Pulse(epoch=1, idle=5), 0.5)
    assert made.next(0.5 + BEAT_GAP).beat is not None


def test_wakeups_during_every_beat_of_a_slow_store_leave_turns_for_warmups():
    made, now, warmups = leading(idle=0), 0.0, 0
    for _ in range(20):
        while (step := made.next(now)).beat is None:
            if step.warmup:
                warmups += 1
                made.warmup_abandoned()
            now += step.wait
        made.poke()
        now += 0.05  # as long as the store takes
        made.pulse(Pulse(epoch=1, idle=0), now)
    assert warmups > 20


def test_count_from_before_a_commit_does_not_lead_to_one_too_many():
    made = leading(idle=4)
    assert made.next(0.0).warmup
    made.poke()
    assert made.next(BEAT_GAP).beat is not None
    made.committed(CommitOutcome.STORED)
    made.pulse(Pulse(epoch=1, idle=4), 0.03)
    assert made.idle == 5
    assert made.next(0.03).warmup is False
    assert made.next(0.03 + BEAT_GAP).beat is not None, "it is looked at again at once"
    made.pulse(Pulse(epoch=1, idle=4), 0.06)
    assert made.next(0.06).warmup, "somebody else has taken one"


def test_count_from_before_a_commit_is_off_by_no_more_than_what_was_committed():
    made = leading(idle=4)
    assert made.next(0.0).warmup
    made.poke()
    made.next(BEAT_GAP)
    made.committed(CommitOutcome.STORED)
    made.pulse(Pulse(epoch=1, idle=1), 0.03)
    assert made.idle == 2


def test_store_that_cannot_be_reached_is_asked_less_often_and_nobody_leads():
    made, now, waits = leading(idle=5), 2.0, []
    for _ in range(5):
        assert made.next(now).beat is not None
        made.beat_failed(now, 0.5)
        waits.append(made.next(now).wait)
        now += waits[-1]
    assert made.epoch is None
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] <= 2.0


def test_what_was_reported_into_the_void_is_reported_again():
    made = leading(idle=5)
    made.settled.append("token")
    first = made.next(2.0).beat
    made.beat_failed(2.0, 0.0)
    second = made.next(4.0).beat
    assert first is not None
    assert second is not None
    assert first.settled == second.settled == ("token",)


def test_next_beat_comes_when_an_entry_gets_too_old():
    made = plan()
    made.next(0.0)
    made.pulse(Pulse(epoch=1, idle=5, next_expiry=0.5), 0.0)
    assert made.next(0.0).wait == 0.5 + BEAT_GAP


def test_dead_members_are_looked_for_twice_a_lease():
    made = leading(idle=5, lock_ttl=8.0)
    sweeps = []
    for second in (2.0, 4.0, 6.0, 8.0):
        beat = made.next(second).beat
        assert beat is not None
        sweeps.append(beat.sweep)
        made.pulse(Pulse(epoch=1, idle=5), second)
    assert sweeps == [False, True, False, True]


def test_draining_member_keeps_the_lead_for_what_it_is_warming_up():
    made = leading()
    begun(made)
    made.draining = True
    beat = made.next(2.0).beat
    assert beat is not None
    assert beat.campaign
    made.pulse(Pulse(epoch=1, idle=0), 2.0)
    for _ in range(5):
        made.committed(CommitOutcome.STORED)
    made.poke()
    beat = made.next(3.0).beat
    assert beat is not None
    assert not beat.campaign


# With the store


def test_commit_whose_answer_was_lost_is_not_repeated_once_the_sandbox_was_taken():
    world = World(max_idle=1)
    one = world.join()
    world.come_to_rest()
    taken = world.book.take(Take(one.member, "first"), world.now)
    assert taken.sandbox is not None
    again = Commit(one.member, one.plan.epoch or 0, taken.sandbox.sandbox_id, 100.0)
    assert world.book.commit(again, world.now) is CommitOutcome.KNOWN
    assert not world.book.idle


def test_queue_is_served_first_come_first_served_and_nobody_passes_it():
    world = World(max_idle=0)
    one = world.join()
    for token in ("first", "second"):
        assert world.book.take(Take(one.member, token, queue_for=60.0), world.now).sandbox is None
    world.book.put("a", world.now)
    assert world.book.take(Take(one.member, "second", queue_for=60.0), world.now).ahead == 1
    assert world.book.take(Take(one.member, "passing by"), world.now).sandbox is None
    assert world.book.take(Take(one.member, "first", queue_for=60.0), world.now).sandbox is not None
    world.book.put("b", world.now)
    assert world.book.take(Take(one.member, "second", queue_for=60.0), world.now).sandbox is not None


def test_dead_leader_is_followed_within_a_lease_and_a_beat():
    world = World(max_idle=2)
    first = world.join()
    world.come_to_rest()
    second = world.join()
    world.come_to_rest()
    world.die(first)
    died = world.now
    while second.plan.epoch is None:
        world.advance(0.5)
        while world.step(second):
            pass
    assert world.now - died <= 9.0 + second.plan.interval
