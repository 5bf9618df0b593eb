"""Bodies of answers, which no parser sees: what comes is whole, and what goes wrong is noticed."""

from __future__ import annotations

import h11
import pytest

from opensandbox._async.net.connection import READ_SIZE, Connection
from opensandbox.exceptions import SandboxConnectionException, SandboxTimeoutException
from tests._async.attaching import attach
from tests._async.leaks import connections_in_use
from tests.support.deployment import COMPLETE, INIT, OUTPUT, STREAM_HEAD, Deployment
from tests.support.faults import FIN, HOLD, RST, Act, Drip, answer, chunk, head

pytestmark = pytest.mark.anyio

DOWNLOAD = "GET /at/box/44772/files/download"
COMMAND = "POST /at/box/44772/command"
LARGE = bytes(range(256)) * (3 * READ_SIZE // 256)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect what the parser tells of; it is asked for heads only."""
    events: list[object] = []
    next_event = h11.Connection.next_event

    def noting(parser: h11.Connection) -> object:
        events.append(event := next_event(parser))
        return event

    monkeypatch.setattr(h11.Connection, "next_event", noting)
    return events


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collect the length of each piece of a body that a connection hands out."""
    lengths: list[int] = []
    read = Connection.read

    async def noting(connection: Connection) -> bytes:
        piece = await read(connection)
        lengths.append(len(piece))
        return piece

    monkeypatch.setattr(Connection, "read", noting)
    return lengths


@pytest.mark.parametrize("length", [READ_SIZE - 1, READ_SIZE, READ_SIZE + 1, 40 * READ_SIZE + 1])
async def test_content_of_any_length_is_whole_and_its_connection_used_again(
    deployment: Deployment, length: int
) -> None:
    content = (LARGE * 20)[:length]
    deployment.script(DOWNLOAD, *[[head(200, content_length=length), content]] * 2)
    async with await attach(deployment) as sandbox:
        for _ in range(2):
            assert await sandbox.files.read_bytes("/file") == content
        assert await sandbox.get_info()
    assert deployment.connections == 1


async def test_no_body_is_parsed(deployment: Deployment, parsed: list[object]) -> None:
    content = LARGE * 20
    stream = chunk(INIT) + chunk(OUTPUT) * 1000 + chunk(COMPLETE) + chunk(b"")
    deployment.script(DOWNLOAD, [head(200, content_length=len(content)), content])
    deployment.script(COMMAND, [STREAM_HEAD + stream])
    async with await attach(deployment) as sandbox:
        parsed.clear()
        assert await sandbox.files.read_bytes("/file") == content
        assert len((await sandbox.commands.run("make")).logs.stdout) == 1000
    assert {type(event) for event in parsed} - {type(h11.NEED_DATA)} == {h11.Response}


async def test_events_that_came_together_are_handed_out_together(
    deployment: Deployment, pieces: list[int]
) -> None:
    stream = chunk(INIT) + chunk(OUTPUT) * 1000 + chunk(COMPLETE) + chunk(b"")
    deployment.script(COMMAND, [STREAM_HEAD + stream])
    async with await attach(deployment) as sandbox:
        pieces.clear()
        execution = await sandbox.commands.run("make")
    assert len(execution.logs.stdout) == 1000
    assert len(pieces) < 100


@pytest.mark.parametrize("end", [FIN, RST])
async def test_file_that_breaks_off_is_lost(deployment: Deployment, end: Act) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=len(LARGE)), LARGE[: READ_SIZE // 2], end])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxConnectionException, match="broke"):
            await sandbox.files.read_bytes("/file")
        assert not connections_in_use()


async def test_pause_in_a_large_file_ends_it(deployment: Deployment) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=len(LARGE)), LARGE[:READ_SIZE], HOLD])
    async with await attach(deployment, request_timeout=0.3) as sandbox:
        with pytest.raises(SandboxTimeoutException):
            await sandbox.files.read_bytes("/file")
        assert not connections_in_use()


async def test_trickle_of_a_large_file_ends_with_the_timeout(deployment: Deployment) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=len(LARGE)), Drip(LARGE, every=0.03)])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxTimeoutException):
            await sandbox.files.read_bytes("/file", timeout=0.3)
        assert not connections_in_use()


@pytest.mark.parametrize("content", [LARGE[:9], LARGE])
async def test_more_than_was_announced_is_neither_content_nor_the_next_answer(
    deployment: Deployment, content: bytes
) -> None:
    more = answer(200, {"id": "somebody else's"})
    deployment.script(DOWNLOAD, [head(200, content_length=len(content)) + content + more])
    async with await attach(deployment) as sandbox:
        assert await sandbox.files.read_bytes("/file") == content
        assert (await sandbox.get_info()).id == "box"
    assert deployment.connections == 2


async def test_large_file_that_is_left_early_gives_its_connection_back(deployment: Deployment) -> None:
    deployment.script(DOWNLOAD, [head(200, content_length=len(LARGE)), LARGE[: 2 * READ_SIZE], HOLD])
    async with await attach(deployment) as sandbox:
        pieces = await sandbox.files.read_bytes_stream("/file", chunk_size=READ_SIZE)
        assert await anext(pieces) == LARGE[:READ_SIZE]
        await pieces.aclose()
        assert not connections_in_use()
        assert await sandbox.get_info()
