"""Giving up a command leaves nothing running: a task by being cancelled, a blocking program by Ctrl-C."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from opensandbox._async.run import runs
from opensandbox._async.run.commands import CommandsService
from opensandbox._async.run.streams import ExecutionReader
from opensandbox._sync.run.commands import CommandsService as BlockingCommands
from opensandbox.models import ExecutionHandlers, ExecutionHandlersSync, OutputMessage
from tests._async.scripted_commands import commands_of
from tests._sync.scripted_commands import commands_of as blocking_commands_of
from tests.support.cancellation import give_up, in_the_background
from tests.support.commands import COMPLETE, INIT, STDOUT
from tests.support.scripted_server import HOLD, Answer, ScriptedServer, events_answer, json_answer
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

RUN, INTERRUPT = "POST /command", "DELETE /command"
STOPPED = "DELETE /command?id=ex-1"


async def run(commands: CommandsService, seen: list[object]) -> None:
    async def note(event: object) -> None:
        seen.append(event)

    await commands.run("make", handlers=ExecutionHandlers(on_stdout=note))


async def pull(commands: CommandsService, seen: list[object]) -> None:
    async with commands.stream("make") as events:
        async for event in events:
            seen.append(event)  # noqa: PERF401 - the test looks at it meanwhile


@pytest.mark.parametrize("use", [run, pull])
async def test_a_cancelled_command_is_interrupted(
    use: Callable[[CommandsService, list[object]], Awaitable[None]],
) -> None:
    seen: list[object] = []
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer(INTERRUPT, Answer())
        async with commands_of(server) as commands:
            task = asyncio.ensure_future(use(commands, seen))
            await async_until(lambda: seen)
            await give_up(task)
            assert server.lines() == ["POST /command", STOPPED]


async def test_a_command_is_interrupted_although_the_caller_is_cancelled_twice() -> None:
    seen: list[object] = []
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer(INTERRUPT, Answer((HOLD,)))
        async with commands_of(server) as commands:
            task = asyncio.ensure_future(pull(commands, seen))
            await async_until(lambda: seen)
            task.cancel()
            await async_until(lambda: STOPPED in server.lines())
            await give_up(task)


@pytest.mark.parametrize("use", [run, pull])
@pytest.mark.parametrize("head", [False, True], ids=["before the head", "after the head"])
async def test_a_command_that_is_cancelled_before_its_id_is_known_is_interrupted_once_it_is(
    monkeypatch: pytest.MonkeyPatch,
    use: Callable[[CommandsService, list[object]], Awaitable[None]],
    *,
    head: bool,
) -> None:
    has_head: list[bool] = []
    look_ahead = ExecutionReader.look_ahead

    async def noted(reader: ExecutionReader) -> None:
        has_head.append(True)
        await look_ahead(reader)

    monkeypatch.setattr(ExecutionReader, "look_ahead", noted)
    with ScriptedServer() as server:
        cancelled = threading.Event()
        gate = cancelled.wait
        answer = events_answer(gate, INIT, HOLD) if head else replace(events_answer(INIT, HOLD), before=gate)
        server.answer(RUN, answer)
        server.answer(INTERRUPT, Answer())
        async with commands_of(server) as commands:
            task = asyncio.ensure_future(use(commands, []))
            await async_until(lambda: has_head if head else server.requests)
            await give_up(task)
            assert server.lines() == ["POST /command"]
            cancelled.set()
            await async_until(lambda: STOPPED in server.lines())


async def test_a_command_that_never_tells_its_id_is_let_go(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runs, "START_LIMIT", 0.05)
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(HOLD))
        async with commands_of(server) as commands:
            task = asyncio.ensure_future(commands.run("make"))
            await async_until(lambda: server.requests)
            await give_up(task)
            await async_until(lambda: "may still run" in caplog.text)
            await async_until(lambda: not in_the_background())
    assert server.lines() == ["POST /command"]


async def test_a_cancelled_session_is_ended() -> None:
    with ScriptedServer() as server:
        server.answer("POST /session", json_answer({"session_id": "se"}))
        server.answer("POST /session/se/run", events_answer({**INIT, "text": "se"}, STDOUT, HOLD))
        server.answer("DELETE /session/se", Answer())
        async with commands_of(server) as commands:

            async def use() -> None:
                async with commands.session() as shell:
                    await shell.run("make")

            task = asyncio.ensure_future(use())
            await async_until(lambda: "POST /session/se/run" in server.lines())
            await give_up(task)
            assert server.lines() == ["POST /session", "POST /session/se/run", "DELETE /session/se"]


async def test_a_cancelled_wait_for_a_background_command_leaves_it_alone() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE))
        server.answer("GET /command/status/ex-1", json_answer({"id": "ex-1", "running": True}))
        async with commands_of(server) as commands:
            handle = await commands.start("make")
            task = asyncio.ensure_future(handle.wait())
            await async_until(lambda: len(server.requests) > 1)
            await give_up(task)
    assert not any(line.startswith("DELETE") for line in server.lines())


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def run_blocking(commands: BlockingCommands) -> None:
    commands.run("make", handlers=ExecutionHandlersSync(on_stdout=interrupt))


def pull_blocking(commands: BlockingCommands) -> None:
    with commands.stream("make") as events:
        for event in events:
            if isinstance(event, OutputMessage):
                interrupt(event)


@pytest.mark.parametrize("use", [run_blocking, pull_blocking])
def test_a_command_is_interrupted_together_with_its_blocking_caller(
    use: Callable[[BlockingCommands], None],
) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer(INTERRUPT, Answer())
        with blocking_commands_of(server) as commands:
            with pytest.raises(KeyboardInterrupt):
                use(commands)
            assert server.lines() == ["POST /command", STOPPED]


async def test_a_background_command_that_was_just_starting_is_interrupted() -> None:
    cancelled = threading.Event()
    at_once = b"".join(piece for piece in events_answer(INIT, COMPLETE).pieces if isinstance(piece, bytes))
    with ScriptedServer() as server:
        server.answer(RUN, replace(events_answer(at_once), before=cancelled.wait))
        server.answer(INTERRUPT, Answer())
        async with commands_of(server) as commands:
            task = asyncio.ensure_future(commands.start("make"))
            await async_until(lambda: server.requests)
            await give_up(task)
            cancelled.set()
            await async_until(lambda: STOPPED in server.lines())
