"""The same faults with `http_backend="aiohttp"`: the promises of connections and streams do not depend on who does the networking."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.net import transports
from opensandbox._concurrency import async_scope_key
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxTimeoutException
from tests._async import attaching, leaks
from tests._async.conftest import deployment as deployment
from tests._async.faults.test_connections import *  # noqa: F403 - every test of it, once more
from tests._async.faults.test_redirects import *  # noqa: F403
from tests._async.faults.test_streams import *  # noqa: F403
from tests._async.operations import OPERATIONS, Operation
from tests.support.cancellation import When, cancelled_at_every_wait
from tests.support.deployment import COMPLETE, INIT, OUTPUT, STREAM_HEAD, Deployment
from tests.support.faults import BEFORE_BODY, Gate, answer, chunk
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

AiohttpConfig = partial(ConnectionConfig, http_backend="aiohttp")


class Link:
    """A connection of aiohttp, to be asked as one of httpcore is."""

    def __init__(self, *, idle: bool) -> None:
        self._idle = idle

    def is_idle(self) -> bool:
        return self._idle

    def is_available(self) -> bool:
        return self._idle

    def is_closed(self) -> bool:
        return False


def links() -> list[Link]:
    found: list[Link] = []
    for shared in transports._shared.get(async_scope_key(), {}).values():
        routing: Any = shared.client._transport
        for transport in routing.inner._pools.values():
            connector = transport.client.connector
            found += [Link(idle=False) for _ in connector._acquired]
            found += [Link(idle=True) for kept in connector._conns.values() for _ in kept]
    return found


@pytest.fixture(autouse=True)
def aiohttp_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests attach by way of aiohttp, and look for leaks there."""
    monkeypatch.setattr(attaching, "ConnectionConfig", AiohttpConfig)
    monkeypatch.setattr(leaks, "connections", links)


@pytest.fixture
def server() -> Iterator[Deployment]:
    with Deployment() as server:
        yield server


@pytest.mark.parametrize("when", When)
async def test_cancelled_create_leaves_no_sandbox_and_no_connection(server: Deployment, when: When) -> None:
    config = AiohttpConfig(domain=server.address, api_key="key")
    async for run in cancelled_at_every_wait(
        lambda: Sandbox.create("ubuntu", connection_config=config), when
    ):
        if run.result is not None:
            assert list(server.alive) == [run.result.id]
            await run.result.destroy()
        await async_until(lambda: not server.alive)
        await async_until(lambda: server.open == 0)


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_cancelled_call_lets_go_of_its_connection(
    server: Deployment, operation: Operation, when: When
) -> None:
    sandbox = await attaching.attach(server)
    async for run in cancelled_at_every_wait(lambda: operation.call(sandbox), when):
        assert run.failure is None, run
        await async_until(lambda: not leaks.connections_in_use())
        await async_until(lambda: server.open == len(links()))
    await sandbox.close()
    await async_until(lambda: server.open == 0)


async def test_there_is_no_limit_to_streams_side_by_side(server: Deployment) -> None:
    gate = Gate()
    begun, rest = STREAM_HEAD + chunk(INIT), chunk(OUTPUT) + chunk(COMPLETE) + chunk(b"")
    server.always("POST /at/box/*/command", [begun, gate, rest])
    async with await attaching.attach(server) as sandbox:
        runs = [asyncio.ensure_future(sandbox.commands.run("make")) for _ in range(120)]
        await async_until(lambda: server.open >= len(runs))
        gate.open()
        assert {execution.exit_code for execution in await asyncio.gather(*runs)} == {0}


async def test_error_of_the_callers_own_file_passes_unchanged(server: Deployment) -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            raise OSError("the disk is gone")

    async with await attaching.attach(server) as sandbox:
        with pytest.raises(OSError, match="the disk is gone"):
            await sandbox.files.write_file("/file", Broken())


async def test_upload_that_nobody_takes_ends_in_time(server: Deployment) -> None:
    gate = Gate(deaf=True)
    server.script("POST /at/box/44772/files/upload", [BEFORE_BODY, gate])

    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            return bytes(size)

    async with await attaching.attach(server, request_timeout=timedelta(seconds=0.5)) as sandbox:
        with pytest.raises(SandboxTimeoutException):
            await sandbox.files.write_file("/file", Endless())
    gate.open()
    # What was handed to the system already is still being sent; the event loop must not end before that.
    await async_until(lambda: server.open == 0)


async def test_cookies_are_kept_for_nobody(server: Deployment) -> None:
    record = server.add("box")
    server.script("GET /v1/sandboxes/box", [answer(200, record, set_cookie="session=of-somebody")])
    async with await attaching.attach(server) as sandbox:
        await sandbox.get_info()
        await sandbox.get_info()
    assert not [request for request in server.requests if "cookie" in request.headers]
