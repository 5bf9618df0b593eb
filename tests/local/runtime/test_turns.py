"""Whose turn it is to start a sandbox."""

from __future__ import annotations

import asyncio

import pytest

from opensandbox.local.runtime import QueueFull, Turns

pytestmark = pytest.mark.anyio


class Starts:
    """Starts that end when they are told to, and the order in which their turns came."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, name: str, *, spare: bool = False) -> None:
        self._ends[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._start(name, spare=spare))
        await settled()

    async def end(self, name: str) -> None:
        self._ends[name].set()
        await self._tasks[name]
        await settled()

    async def give_up(self, name: str) -> None:
        self._tasks[name].cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]
        await settled()

    async def _start(self, name: str, *, spare: bool) -> None:
        async with self.turns.turn(spare=spare):
            self.begun.append(name)
            await self._ends[name].wait()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_of_asking() -> None:
    starts = Starts(Turns(at_once=2, waiting=9))
    for name in "abcde":
        await starts.ask(name)
    assert starts.begun == ["a", "b"]
    await starts.end("b")
    assert starts.begun == ["a", "b", "c"]
    for name in "acde":
        await starts.end(name)
    assert starts.begun == list("abcde")


async def test_a_full_queue_refuses_at_once_and_says_when_there_will_be_room() -> None:
    turns = Turns(at_once=1, waiting=2)
    starts = Starts(turns)
    for name in "abc":
        await starts.ask(name)
    assert turns.waiting == 2
    with pytest.raises(QueueFull, match="2 sandboxes wait to be started already") as refused:
        async with turns.turn():
            pass
    assert 1 <= refused.value.retry_after <= 60
    await starts.end("a")
    await starts.ask("d")
    for name in "bcd":
        await starts.end(name)
    assert starts.begun == list("abcd")


async def test_a_spare_starts_only_when_no_request_waits() -> None:
    starts = Starts(Turns(at_once=1, waiting=1))
    await starts.ask("a")
    await starts.ask("spare", spare=True)
    await starts.ask("b")  # it finds the one place in the queue free: a spare takes none
    await starts.end("a")
    assert starts.begun == ["a", "b"]
    await starts.end("b")
    assert starts.begun == ["a", "b", "spare"]
    await starts.end("spare")


async def test_who_gives_up_waiting_leaves_the_place_to_others() -> None:
    turns = Turns(at_once=1, waiting=1)
    starts = Starts(turns)
    await starts.ask("a")
    await starts.ask("b")
    await starts.give_up("b")
    assert turns.waiting == 0
    await starts.ask("c")
    await starts.end("a")
    assert starts.begun == ["a", "c"]
    await starts.end("c")


async def test_a_turn_that_comes_as_its_owner_gives_up_goes_to_the_next() -> None:
    turns = Turns(at_once=1, waiting=2)
    starts = Starts(turns)
    async with turns.turn():
        await starts.ask("b")
        await starts.ask("c")
    await starts.give_up("b")  # its turn has come just now, and it has not run since
    assert starts.begun == ["c"]
    await starts.end("c")
    await starts.ask("d")
    await starts.end("d")
