"""Servers that hold a stream open after its final event: nobody waits for them, and nothing piles up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.run.commands import CommandsService
from tests._async.attaching import attach
from tests._async.leaks import connections, connections_in_use
from tests._async.scripted_commands import commands_of
from tests.support.commands import COMPLETE, INIT, PING, STDOUT
from tests.support.deployment import EVENTS, STREAM_HEAD, Deployment
from tests.support.faults import HOLD, chunk
from tests.support.scripted_server import ScriptedServer, events_answer
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

RUN = "POST /command"


async def run(commands: CommandsService) -> None:
    assert (await commands.run("make")).exit_code == 0


async def run_until(commands: CommandsService, condition: Callable[[], bool]) -> None:
    """Run commands until a condition holds: it is they that look after connections."""
    for _ in range(5000):
        if condition():
            return
        await run(commands)
    raise AssertionError("the condition stayed false")


@pytest.mark.parametrize("rest", [[], [PING], [PING, PING]])
async def test_a_connection_is_used_again_once_the_server_has_let_go_of_it(rest: list[Any]) -> None:
    with ScriptedServer() as server:
        held, over = threading.Event(), threading.Event()

        def hold() -> None:
            held.set()
            over.wait()

        holding = events_answer(INIT, COMPLETE, server.wait)
        server.answer(RUN, holding, events_answer(INIT, COMPLETE, hold, *rest), holding)
        async with commands_of(server) as commands:
            await run(commands)
            assert connections() == []  # this one was waited for
            await run(commands)
            await async_until(held.is_set)
            [first] = connections_in_use()
            await run(commands)
            assert connections_in_use()
            over.set()
            server.answer(RUN, events_answer(INIT, COMPLETE))
            await run_until(commands, lambda: first not in connections_in_use())
            assert first in connections()
        assert connections() == []


async def test_a_connection_that_brings_more_than_keep_alives_is_not_used_again() -> None:
    with ScriptedServer() as server:
        more = threading.Event()
        holding = events_answer(INIT, COMPLETE, server.wait)
        odd = events_answer(INIT, COMPLETE, more.wait, STDOUT, server.wait)
        server.answer(RUN, holding, odd, events_answer(INIT, COMPLETE))
        async with commands_of(server) as commands:
            await run(commands)
            await run(commands)
            [first] = connections_in_use()
            await run(commands)
            assert first in connections()
            more.set()
            await run_until(commands, lambda: first not in connections())


async def test_a_server_that_holds_every_stream_costs_eight_connections_and_none_after_the_close() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, server.wait))
        async with commands_of(server) as commands:
            for _ in range(20):
                await run(commands)
            assert len(connections_in_use()) == len(connections()) == 8
    assert connections() == []


async def test_a_sandbox_that_is_closed_closes_what_the_server_holds(deployment: Deployment) -> None:
    deployment.script("POST /at/box/44772/command", [STREAM_HEAD, chunk(EVENTS), HOLD])
    sandbox: Sandbox
    async with await attach(deployment) as sandbox:
        await run(sandbox.commands)
    await async_until(lambda: deployment.open == 0)
