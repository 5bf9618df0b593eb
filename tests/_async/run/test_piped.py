"""Commands with input: `start(…, stdin=True)`, and `input` of `start` and `stream`, on servers of either manner."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator

import pytest

from opensandbox import Sandbox
from opensandbox._async.run.piped import PipedCommand
from opensandbox._concurrency.pairs import async_together
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxException,
    SandboxTimeoutException,
    TerminalException,
)
from opensandbox.local import LocalServer
from opensandbox.models import OutputMessage

pytestmark = pytest.mark.anyio

PATIENCE = 60.0


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    config = ConnectionConfig(domain=server.domain, api_key=server.api_key)
    async with Sandbox.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


async def read_all(command: PipedCommand) -> tuple[bytes, bytes]:
    out, err = bytearray(), bytearray()
    async for piece in command:
        (err if piece.is_error else out).extend(piece.data)
    return bytes(out), bytes(err)


async def test_a_command_is_fed_while_it_runs(sandbox: Sandbox) -> None:
    script = 'while read -r line; do echo "<$line>"; echo "no $line" >&2; done; exit 7'
    async with await sandbox.commands.start(script, stdin=True) as command:
        await command.write("one\n")
        seen: set[tuple[bool, bytes]] = set()
        while len(seen) < 2:
            piece = await command.read(PATIENCE)
            assert piece is not None
            seen.add((piece.is_error, piece.data))
        assert seen == {(False, b"<one>\n"), (True, b"no one\n")}
        with pytest.raises(SandboxTimeoutException, match=r"printed nothing for 0\.01 s"):
            await command.read(0.01)
        with pytest.raises(SandboxTimeoutException, match=r"still runs after 0\.01 s"):
            await command.wait(0.01)
        await command.write(b"two\n")
        await command.close_stdin()
        await command.close_stdin()
        assert command.exit_code is None
        assert (await read_all(command))[0] == b"<two>\n"
        assert command.exit_code == await command.wait() == 7
        with pytest.raises(SandboxException, match=r"close_stdin\(\) was called"):
            await command.write("three\n")
    assert "exit_code=7" in repr(command)
    left = await sandbox.commands.run("ls -A /tmp")
    assert "opensandbox-stdin" not in left.stdout


async def test_input_of_any_bytes_and_any_size_arrives(sandbox: Sandbox) -> None:
    data = bytes(range(256)) * 20_000
    async with await sandbox.commands.start(["cat"], stdin=True) as command:

        async def feed() -> None:
            await command.feed(io.BytesIO(data))
            await command.close_stdin()

        fed, got = await async_together(feed, lambda: read_all(command))
    assert fed is None
    assert got == (data, b"")


async def test_directory_variables_and_a_wait_of_its_own(sandbox: Sandbox) -> None:
    script = 'sleep 0.01 & wait; pwd; echo "$GREETING"'
    command = await sandbox.commands.start(script, stdin=True, cwd="/usr", env={"GREETING": "it's"})
    async with command:
        assert await read_all(command) == (b"/usr\nit's\n", b"")
        await command.close_stdin()
    assert command.exit_code == 0


async def test_signals_reach_the_command_itself(sandbox: Sandbox) -> None:
    script = "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.02; done"
    async with await sandbox.commands.start(["sh", "-c", script], stdin=True) as command:
        first = await command.read(PATIENCE)
        assert first is not None
        assert first.data == b"up\n"
        await command.signal("SIGTERM")
        assert (await read_all(command))[0] == b"bye\n"
        assert command.exit_code == 3
    endless = await sandbox.commands.start(["sleep", "7010"], stdin=True)
    await endless.kill()
    await endless.kill()
    with pytest.raises(SandboxException, match="ended by kill"):
        await endless.wait()


async def test_a_command_may_close_its_input(sandbox: Sandbox) -> None:
    async with await sandbox.commands.start("exec <&-; echo deaf; sleep 7011", stdin=True) as command:
        first = await command.read(PATIENCE)
        assert first is not None
        assert first.data == b"deaf\n"

        async def write_on() -> None:
            while True:
                await command.write(b"x" * 65536)
                with pytest.raises(SandboxTimeoutException):
                    await command.read(0.01)

        with pytest.raises(TerminalException, match="has closed its standard input"):
            await write_on()
        await command.close_stdin()


async def test_what_the_way_cannot_carry_is_refused(sandbox: Sandbox) -> None:
    start = sandbox.commands.start
    with pytest.raises(InvalidArgumentException, match=r"takes no user.*setpriv"):
        await start("cat", stdin=True, opts={"uid": 1000})
    with pytest.raises(InvalidArgumentException, match=r"takes no timeout.*kill\(\)"):
        await start("cat", stdin=True, opts={"timeout": 5})
    with pytest.raises(InvalidArgumentException, match="stdin must be True or False"):
        await start("cat", stdin="text")  # type: ignore[call-overload]
    with pytest.raises(InvalidArgumentException, match="exclude each other"):
        await start("cat", stdin=True, input="text")  # type: ignore[call-overload]
    async with await start("cat", stdin=True) as command:
        with pytest.raises(InvalidArgumentException, match="bytes or a string, not int"):
            await command.write(5)  # type: ignore[arg-type]


async def test_streams_and_started_commands_take_input_and_a_user(sandbox: Sandbox) -> None:
    async with sandbox.commands.stream("cat; id -un", input="a\nb\n", user="root") as events:
        texts = [event.text.strip() async for event in events if isinstance(event, OutputMessage)]
    assert "".join(texts) == "abroot"
    started = await sandbox.commands.start(["wc", "-c"], input=io.BytesIO(b"12345"))
    assert (await started.wait(PATIENCE)).exit_code == 0
    assert "".join([text async for text in started.logs()]).strip() == "5"
    with pytest.raises(InvalidArgumentException, match="another user in the background"):
        await sandbox.commands.start("cat", input="x", user="nobody")
    with pytest.raises(InvalidArgumentException, match="not known in the sandbox"):
        async with sandbox.commands.stream("cat", input="x", user="missing"):
            raise AssertionError("nothing was started")
    assert "opensandbox-input" not in (await sandbox.commands.run("ls -A /tmp")).stdout


async def test_the_commands_of_an_object_are_listed_latest_first(sandbox: Sandbox) -> None:
    await sandbox.commands.run("exit 3")
    await sandbox.commands.run(["/missing/program"])
    started = await sandbox.commands.start(["sleep", "7012"])
    found = await sandbox.commands.list()
    assert found[0].id == started.execution_id
    assert [(item.running, item.exit_code) for item in (found[0], found[-1])] == [(True, None), (False, 3)]
    assert "7012" in str(found[0].content)
    await started.interrupt()
    assert (await sandbox.copy_settings().commands.list()) == []
