"""Calls that are cancelled at every point at which they wait: nothing stays behind, here or on the server."""

from __future__ import annotations

import asyncio
import io
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.net.transports import Lease
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import SandboxUnauthenticatedException, StreamTimeoutException
from opensandbox.transport.retry import RetryPolicy
from tests._async.leaks import connections, connections_in_use
from tests.support.cancellation import When, cancelled_at_every_wait, in_the_background
from tests.support.deployment import INIT, STREAM_HEAD, Deployment
from tests.support.faults import HOLD, RST, WORK, answer, chunk
from tests.support.waiting import async_until

pytestmark = pytest.mark.anyio

# How often, and when, each call is cancelled: at first only once, then again while the first is being dealt with.
CANCELLATIONS = pytest.mark.parametrize(
    ("when", "again"),
    [
        pytest.param(when, again, marks=[pytest.mark.long] if again == 3 else [])
        for again in (None, 1, 3)
        for when in When
    ],
    ids=lambda value: value.name.lower() if isinstance(value, When) else f"again={value}",
)


@pytest.fixture
def server() -> Iterator[Deployment]:
    with Deployment() as server:
        yield server


@pytest.fixture
def config(server: Deployment) -> ConnectionConfig:
    return ConnectionConfig(domain=server.address, api_key="key", protocol="http")


@pytest.fixture
async def nothing_held(
    server: Deployment, config: ConnectionConfig
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Return a check that no connection of the shared pool is in use, and that none was lost."""
    lease = Lease(config)

    async def check() -> None:
        assert connections_in_use() == []
        idle = len(connections())
        await async_until(lambda: server.open == idle)

    yield check
    assert lease._shared.users == 1
    await lease.release()
    await async_until(lambda: server.open == 0)


@CANCELLATIONS
async def test_cancelled_create_leaves_no_sandbox(
    server: Deployment, config: ConnectionConfig, nothing_held: Any, when: When, again: int | None
) -> None:
    async for run in cancelled_at_every_wait(
        lambda: Sandbox.create("ubuntu", connection_config=config), when, again
    ):
        if run.result is not None:
            assert list(server.alive) == [run.result.id]
            await run.result.destroy()
        assert server.alive == {}, run
        await nothing_held()


@pytest.mark.long
async def test_thousand_creations_that_are_cancelled_at_random_leave_no_sandbox(
    server: Deployment, config: ConnectionConfig, nothing_held: Any
) -> None:
    dice = random.Random(20261123)
    slots = asyncio.Semaphore(8)

    async def attempt() -> str:
        async with slots:
            # What was cancelled goes on in the background, and counts as well.
            await async_until(lambda: in_the_background() < 16)
            creation = asyncio.ensure_future(Sandbox.create("ubuntu", connection_config=config))
            await asyncio.wait({creation}, timeout=0.1 * dice.random() if dice.random() < 0.8 else None)
            if creation.cancel():
                await asyncio.wait({creation})
        if creation.cancelled():
            return "cancelled"
        await creation.result().destroy()
        return "made"

    outcomes = Counter(await asyncio.gather(*(attempt() for _ in range(1000))))

    await async_until(lambda: not in_the_background())
    assert server.alive == {}
    assert min(outcomes["cancelled"], outcomes["made"]) > 100, outcomes
    await nothing_held()


@CANCELLATIONS
async def test_cancelled_create_that_lost_an_answer_leaves_no_sandbox(
    server: Deployment, config: ConnectionConfig, nothing_held: Any, when: When, again: int | None
) -> None:
    policy = RetryPolicy(max_retries=2, initial_backoff=timedelta(milliseconds=1))

    def create() -> Any:
        server.script("POST /v1/sandboxes", [WORK, RST])
        return Sandbox.create("ubuntu", connection_config=config, retry=policy)

    async for run in cancelled_at_every_wait(create, when, again):
        if run.result is not None:
            assert list(server.alive) == [run.result.id]
            await run.result.destroy()
        assert server.alive == {}, run
        await nothing_held()


@CANCELLATIONS
async def test_cancelled_create_of_what_never_gets_ready_leaves_no_sandbox(
    server: Deployment, config: ConnectionConfig, nothing_held: Any, when: When, again: int | None
) -> None:
    server.always("GET /at/*/*/ping", [answer(401, {"code": "UNAUTHORIZED", "message": "no"})])
    async for run in cancelled_at_every_wait(
        lambda: Sandbox.create("ubuntu", connection_config=config), when, again
    ):
        assert isinstance(run.failure, SandboxUnauthenticatedException) or run.cancelled, run
        assert server.alive == {}, run
        await nothing_held()


@CANCELLATIONS
@pytest.mark.parametrize("attach", [Sandbox.connect, Sandbox.resume], ids=["connect", "resume"])
async def test_cancelled_connect_leaves_the_sandbox_and_no_connection(
    attach: Any,
    server: Deployment,
    config: ConnectionConfig,
    nothing_held: Any,
    when: When,
    again: int | None,
) -> None:
    server.add("sbx")
    async for run in cancelled_at_every_wait(lambda: attach("sbx", connection_config=config), when, again):
        if run.result is not None:
            await run.result.close()
        assert list(server.alive) == ["sbx"], run
        await nothing_held()


async def run_command(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.commands.run("make")


async def stream_command(sandbox: Sandbox, directory: Path) -> None:
    async with sandbox.commands.stream("make") as events:
        async for _ in events:
            pass


async def start_command(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.commands.start("make")


async def write_bytes(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.files.write_file("/a", b"content")


async def write_stream(sandbox: Sandbox, directory: Path) -> None:
    with open(directory / "source", "rb") as source:
        await sandbox.files.write_file("/a", source)


class Unseekable(io.RawIOBase):
    """Content that can be read once, such as that of a pipe."""

    def __init__(self) -> None:
        self._pieces = [b"one", b"two", b""]

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._pieces.pop(0)


async def write_pipe(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.files.write_file("/a", Unseekable())


async def upload(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.files.upload(directory / "source", "/a")


async def read_bytes(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.files.read_bytes("/a")


async def read_stream(sandbox: Sandbox, directory: Path) -> None:
    async for _ in await sandbox.files.read_bytes_stream("/a", chunk_size=5):
        pass


async def download(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.files.download("/a", directory / "target")


CALLS = [
    run_command,
    stream_command,
    start_command,
    write_bytes,
    write_stream,
    write_pipe,
    upload,
    read_bytes,
    read_stream,
    download,
]


@CANCELLATIONS
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
async def test_cancelled_call_lets_go_of_its_connection(
    call: Callable[[Sandbox, Path], Awaitable[None]],
    server: Deployment,
    config: ConnectionConfig,
    nothing_held: Any,
    tmp_path: Path,
    when: When,
    again: int | None,
) -> None:
    (tmp_path / "source").write_bytes(b"content")
    sandbox = Sandbox("sbx", connection_config=config)
    server.add("sbx")
    async for run in cancelled_at_every_wait(lambda: call(sandbox, tmp_path), when, again):
        assert run.failure is None, run
        await nothing_held()
        left = {path.name for path in tmp_path.iterdir()} - {"source"}
        assert left <= ({"target"} if call is download else set()), run
    await sandbox.close()


async def run_limited(sandbox: Sandbox, directory: Path) -> None:
    await sandbox.commands.run("sleep 60", request_timeout=0.3)


async def stream_limited(sandbox: Sandbox, directory: Path) -> None:
    async with sandbox.commands.stream("sleep 60", request_timeout=0.3) as events:
        async for _ in events:
            pass


@CANCELLATIONS
@pytest.mark.parametrize("call", [run_limited, stream_limited], ids=lambda call: call.__name__)
async def test_command_whose_call_is_cancelled_is_interrupted(
    call: Callable[[Sandbox, Path], Awaitable[None]],
    server: Deployment,
    config: ConnectionConfig,
    nothing_held: Any,
    tmp_path: Path,
    when: When,
    again: int | None,
) -> None:
    server.add("sbx")
    server.always("POST /at/sbx/*/command", [STREAM_HEAD + chunk(INIT), HOLD])
    sandbox = Sandbox("sbx", connection_config=config)

    async for run in cancelled_at_every_wait(lambda: call(sandbox, tmp_path), when, again):
        asked = [line.rpartition("/")[0][:4] + line.rpartition("/")[2] for line in server.lines()]
        server.requests.clear()
        if run.cancelled and run.failure is None:
            assert asked.count("POSTcommand") == asked.count("DELEcommand"), run
        else:
            assert isinstance(run.failure, StreamTimeoutException), run
        await nothing_held()
    await sandbox.close()
