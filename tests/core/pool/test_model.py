"""The plan against every order of events: several members, lost answers, deaths, outages, failing creations, resizes."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.pool_world import SimulatedMember, World

pick = st.integers(0, 30)
mostly = st.sampled_from([True, True, True, False])


class PoolMachine(RuleBasedStateMachine):
    """Interleaves what members do."""

    @initialize(max_idle=st.integers(0, 4), members=st.integers(1, 3), full=mostly)
    def begin(self, max_idle: int, members: int, full: bool) -> None:
        self.world = World(max_idle)
        for _ in range(members):
            self.world.join()
        if full:
            self.world.come_to_rest()

    def member(self, number: int) -> SimulatedMember:
        return self.world.members[number % len(self.world.members)]

    @precondition(lambda self: self.world.members)
    @rule(number=pick, reachable=mostly, answered=mostly)
    def steps(self, number: int, reachable: bool, answered: bool) -> None:
        one = self.member(number)
        while self.world.step(one, reachable=reachable, answered=answered):
            pass

    @precondition(lambda self: any(one.warmups for one in self.world.members))
    @rule(number=pick, stages=st.integers(1, 3), works=mostly, reachable=mostly, answered=mostly)
    def warms_up(self, number: int, stages: int, works: bool, reachable: bool, answered: bool) -> None:
        busy = [(one, warming) for one in self.world.members for warming in one.warmups]
        one, warming = busy[number % len(busy)]
        works = works or warming.offered  # what fails from there on is the store
        for stage in range(1, stages + 1):
            if warming in one.warmups:
                last = stage == stages
                self.world.advance_warmup(
                    one,
                    warming,
                    works=works or not last,
                    reachable=reachable or not last,
                    answered=answered or not last,
                )

    @precondition(lambda self: any(one.kills for one in self.world.members))
    @rule(number=pick, works=mostly)
    def kills(self, number: int, works: bool) -> None:
        busy = [(one, condemned) for one in self.world.members for condemned in one.kills]
        one, condemned = busy[number % len(busy)]
        self.world.end_kill(one, condemned, works=works)

    @precondition(lambda self: self.world.members)
    @rule(number=pick, waits=st.booleans(), usable=mostly, answered=mostly)
    def acquires(self, number: int, waits: bool, usable: bool, answered: bool) -> None:
        one = self.member(number)
        caller = self.world.call(one)
        if self.world.take(one, caller, waits=waits, usable=usable, answered=answered):
            one.callers.remove(caller)

    @precondition(lambda self: any(one.callers for one in self.world.members))
    @rule(number=pick, usable=mostly)
    def asks_again(self, number: int, usable: bool) -> None:
        waiting = [(one, caller) for one in self.world.members for caller in one.callers]
        one, caller = waiting[number % len(waiting)]
        if self.world.take(one, caller, waits=True, usable=usable):
            one.callers.remove(caller)

    @precondition(lambda self: any(one.callers for one in self.world.members))
    @rule(number=pick)
    def gives_up_waiting(self, number: int) -> None:
        waiting = [(one, caller) for one in self.world.members for caller in one.callers]
        one, caller = waiting[number % len(waiting)]
        self.world.send_home(one, caller)

    @rule()
    def all_goes_well_for_a_while(self) -> None:
        self.world.come_to_rest()

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.0, 2.5, 7.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.advance(seconds)

    @precondition(lambda self: len(self.world.members) > 1)
    @rule(number=pick)
    def dies(self, number: int) -> None:
        self.world.die(self.member(number))

    @precondition(lambda self: len(self.world.members) < 4)
    @rule()
    def joins(self) -> None:
        self.world.join()

    @rule(max_idle=st.integers(0, 4))
    def is_resized(self, max_idle: int) -> None:
        self.world.book.max_idle = max_idle

    @invariant()
    def every_sandbox_is_in_one_place(self) -> None:
        if hasattr(self, "world"):
            self.world.check_places()

    @invariant()
    def nobody_counts_below_nothing(self) -> None:
        for one in self.world.members if hasattr(self, "world") else ():
            assert one.plan.warming == len(one.warmups) >= 0
            assert one.plan.gate.inside == one.plan.warmup_gate.inside == one.plan.warming

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.empty()
        assert self.world.unaccounted() == set()
        book = self.world.book
        assert [*book.idle, *book.warming, *book.taken, *book.doomed] == []


TestPool = pytest.mark.timeout(1200)(
    PoolMachine.TestCase
)  # work for the processor, which others may use as well
TestPool.settings = settings(max_examples=200, stateful_step_count=40)
