"""Giving up code stops it, and a terminal whose opening was given up is not left behind."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from opensandbox import Sandbox
from opensandbox._async.run import streams
from opensandbox.local import LocalServer
from opensandbox.local.manners import MANNERS, Manners
from tests._async.run.test_code import BUSY, CONTEXT, INIT, RUN, code_of
from tests.support.cancellation import When, cancelled_at_every_wait, give_up, in_the_background
from tests.support.commands import STDOUT
from tests.support.scripted_server import HOLD, Answer, ScriptedServer, events_answer, json_answer
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

STOPPED = "DELETE /code?id=ctx-7"


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


async def test_cancelled_code_is_interrupted() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer("DELETE /code", Answer())
        async with code_of(server) as code:
            task = asyncio.ensure_future(code.run("work()"))
            await async_until(lambda: server.requests)
            await give_up(task)
            await async_until(lambda: STOPPED in server.lines())


@pytest.mark.parametrize("manners", MANNERS)
async def test_code_that_is_given_up_frees_its_context(manners: Manners) -> None:
    with LocalServer(manners=manners, spares=0) as server:
        sandbox = await Sandbox.create("ubuntu", connection_config=server.connection_config())
        async with sandbox:
            await sandbox.code.run("1")
            code = "import time; open('/tmp/begun', 'w'); time.sleep(1000)"
            running = asyncio.ensure_future(sandbox.code.run(code))
            while not await sandbox.files.exists("/tmp/begun"):
                await asyncio.sleep(0.05)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

            async with asyncio.timeout(20):
                assert (await sandbox.code.run("6 * 7")).result[0].text == "42"


TOLD = json.dumps(INIT).encode() + b"\n\n"


@pytest.mark.parametrize("body", [(TOLD + BUSY,), (TOLD, BUSY)], ids=["at once", "one by one"])
async def test_code_that_a_busy_context_refuses_does_not_interrupt_what_keeps_it_busy(
    body: tuple[bytes, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "REFUSAL_WAIT", 20.0)
    with ScriptedServer() as server:
        cancelled = threading.Event()
        server.answer(RUN, replace(events_answer(*body), before=cancelled.wait))
        async with code_of(server) as code:
            task = asyncio.ensure_future(code.run("work()", context=CONTEXT))
            await async_until(lambda: server.requests)
            await give_up(task)
            assert in_the_background()
            cancelled.set()
            await async_until(lambda: not in_the_background())
    assert server.lines() == [RUN]


@pytest.mark.parametrize(
    ("second", "lines"),
    [(events_answer(INIT, STDOUT, HOLD), [RUN, RUN, STOPPED]), (events_answer(TOLD, BUSY), [RUN, RUN])],
    ids=["runs", "refused"],
)
async def test_code_that_is_given_up_while_it_is_sent_again_is_stopped_if_it_runs(
    second: Answer, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "REFUSAL_WAIT", 20.0)
    with ScriptedServer() as server:
        cancelled = threading.Event()
        server.answer(RUN, events_answer(INIT, BUSY), replace(second, before=cancelled.wait))
        server.answer("DELETE /code", Answer())
        async with code_of(server) as code:
            task = asyncio.ensure_future(code.run("work()", context=CONTEXT))
            await async_until(lambda: len(server.requests) == 2)
            await give_up(task)
            cancelled.set()
            await async_until(lambda: not in_the_background())
    assert server.lines() == lines


async def test_a_context_whose_block_is_cancelled_is_ended() -> None:
    with ScriptedServer() as server:
        server.answer("POST /code/context", json_answer({"id": "ctx-7", "language": "python"}))
        server.answer(RUN, events_answer(INIT, HOLD))
        server.answer("DELETE /code", Answer())
        server.answer("DELETE /code/contexts/ctx-7", Answer())
        async with code_of(server) as code:

            async def use() -> None:
                async with code.context() as python:
                    await code.run("work()", context=python)

            task = asyncio.ensure_future(use())
            await async_until(lambda: "POST /code" in server.lines())
            await give_up(task)
            await async_until(lambda: {STOPPED, "DELETE /code/contexts/ctx-7"} <= set(server.lines()))
    assert len(server.lines()) == 4


@pytest.mark.parametrize("when", When)
async def test_a_terminal_that_is_cancelled_anywhere_is_not_left_behind(
    server: LocalServer, when: When
) -> None:
    alive: set[str] = set()

    async def count(response: httpx.Response) -> None:
        path = response.request.url.path
        if response.request.method == "POST" and path.endswith("/pty"):
            await response.aread()
            alive.add(response.json()["session_id"])
        elif response.request.method == "DELETE":
            alive.discard(path.rpartition("/")[2])

    config = server.connection_config(event_hooks={"response": [count]})
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:

        async def use() -> bytes:
            async with await sandbox.pty.open("echo there; exec sleep 1000", cols=100) as terminal:
                return await anext(terminal)

        runs = 0
        async for run in cancelled_at_every_wait(use, when):
            runs += 1
            await async_until(lambda: not alive)
            if not run.cancelled:
                assert run.result is not None, run
                assert b"there" in run.result
        assert runs > 5
        left = await sandbox.commands.run("pgrep -c sleep")
        assert left.text == "0"
