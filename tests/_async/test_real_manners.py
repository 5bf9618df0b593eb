"""The SDK against an embedded server with the orders, delays and races of a real server and daemon."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import (
    SandboxConflictException,
    SandboxException,
    SandboxNotFoundException,
    SandboxNotSupportedException,
    SandboxTerminatedException,
)
from opensandbox.local import LocalServer
from opensandbox.models.execd import OutputMessage
from opensandbox.models.filesystem import DirectoryListEntry

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(manners="real") as server:
        yield server


@pytest.fixture(scope="module")
def old_server() -> Iterator[LocalServer]:
    with LocalServer(manners="old") as server:
        yield server


@pytest.fixture
async def sandbox(server: LocalServer) -> AsyncIterator[Sandbox]:
    async for sandbox in made_by(server):
        yield sandbox


@pytest.fixture
async def old(old_server: LocalServer) -> AsyncIterator[Sandbox]:
    async for sandbox in made_by(old_server):
        yield sandbox


def config_of(server: LocalServer, **more: Any) -> ConnectionConfig:
    return ConnectionConfig(domain=server.domain, api_key=server.api_key, trust_env=False, **more)


async def made_by(server: LocalServer) -> AsyncIterator[Sandbox]:
    sandbox = await Sandbox.create("ubuntu", connection_config=config_of(server))
    try:
        yield sandbox
    finally:
        await sandbox.destroy()


async def test_code_that_runs_for_long_keeps_its_output_and_its_result(sandbox: Sandbox) -> None:
    execution = await sandbox.code.run("import time; time.sleep(6); print('done'); 42")

    assert "".join(message.text for message in execution.logs.stdout) == "done\n"
    assert [result.text for result in execution.result] == ["42"]


async def test_a_stream_of_code_goes_on_after_the_early_end(sandbox: Sandbox) -> None:
    seen = ""
    async with sandbox.code.stream("import time\nfor n in range(3): print(n); time.sleep(.2)") as stream:
        async for event in stream:
            if isinstance(event, OutputMessage):
                seen += event.text
    assert seen == "0\n1\n2\n"


async def test_run_after_run_runs_every_cell_once(sandbox: Sandbox) -> None:
    await sandbox.code.run("count = 0")
    for number in range(1, 11):
        execution = await sandbox.code.run("count += 1; count")
        assert [result.text for result in execution.result] == [str(number)]


async def test_commands_end_with_their_final_event(sandbox: Sandbox) -> None:
    for number in range(12):
        execution = await sandbox.commands.run(f"echo {number}; exit {number}")
        assert (execution.text, execution.exit_code) == (str(number), number)


async def test_a_session_out_of_time_is_a_timeout_however_late_that_is_told(sandbox: Sandbox) -> None:
    async with sandbox.commands.session() as session:
        execution = await session.run("sleep 1000", timeout=timedelta(seconds=1))
        assert execution.exit_code == -1
        assert (await session.run("echo on")).text == "on"


async def test_terminals_lose_no_output_of_short_programs(sandbox: Sandbox) -> None:
    for number in range(10):
        async with await sandbox.pty.open(f"echo {number}", pty=False) as terminal:
            assert b"".join([data async for data in terminal]) == f"{number}\n".encode()
            assert (terminal.exit_code, terminal.missed) == (0, 0)


async def test_all_who_watch_get_the_last_output(sandbox: Sandbox) -> None:
    for number in range(10):
        terminal = await sandbox.pty.open(f"read line; echo {number}", pty=False)
        viewer = await sandbox.pty.attach(terminal.session_id, viewer=True)
        await terminal.send("go\n")
        for reader in (terminal, viewer):
            assert b"".join([data async for data in reader]) == f"{number}\n".encode()
            assert reader.missed == 0
            await reader.detach()


async def test_a_terminal_that_the_daemon_refuses_is_not_open(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxNotFoundException):
        await sandbox.pty.attach("no-such-terminal")
    async with await sandbox.pty.open("cat", pty=False) as holder:
        with pytest.raises(SandboxConflictException, match="takeover=True") as caught:
            await sandbox.pty.attach(holder.session_id)
        assert caught.value.code == "ALREADY_CONNECTED"


async def test_a_paused_sandbox_that_does_not_answer_says_that_it_is_paused(server: LocalServer) -> None:
    config = config_of(server, request_timeout=timedelta(seconds=2))
    sandbox = await Sandbox.create("ubuntu", connection_config=config)
    try:
        await sandbox.pause()
        with pytest.raises(SandboxException, match=r"is Paused: .*resume"):
            await sandbox.files.read_file("/etc/hostname")
    finally:
        await sandbox.destroy()


async def test_a_main_program_that_ended_is_the_reason(server: LocalServer) -> None:
    async def use_one_whose_program_ends() -> None:
        async with await Sandbox.create(
            "ubuntu",
            entrypoint=["sh", "-c", "exit 3"],
            connection_config=config_of(server),
            ready_timeout=timedelta(seconds=20),
        ) as sandbox:
            while True:  # it may have been ready a moment before the program ended
                await sandbox.commands.run("true")

    with pytest.raises(SandboxTerminatedException, match="3"):
        await use_one_whose_program_ends()


NEWER: list[tuple[str, Callable[[Sandbox], Awaitable[Any]], str]] = [
    ("list", lambda sandbox: sandbox.commands.run(["echo", "x"]), r"pass text: shlex\.join"),
    ("terminal", lambda sandbox: sandbox.pty.open("cat"), r"terminals .*older"),
    ("isolation", lambda sandbox: sandbox.isolation.capabilities(), r"isolated sessions .*1\.0\.19"),
    (
        "listing",
        lambda sandbox: sandbox.files.list_directory(DirectoryListEntry(path="/")),
        r"listing of directories: .*older",
    ),
]


@pytest.mark.off_contract("a daemon answers in plain text to what it has never heard of")
@pytest.mark.parametrize(("use", "words"), [case[1:] for case in NEWER], ids=[case[0] for case in NEWER])
async def test_what_an_old_daemon_lacks_is_named(
    old: Sandbox, use: Callable[[Sandbox], Awaitable[Any]], words: str
) -> None:
    with pytest.raises(SandboxNotSupportedException, match=words):
        await use(old)


async def test_an_old_daemon_does_what_it_knows(old: Sandbox, old_server: LocalServer) -> None:
    assert (await old.commands.run("echo here")).text == "here"
    await old.files.write_file("/tmp/a", "b")
    assert await old.files.read_file("/tmp/a") == "b"
    async with await SandboxManager.create(config_of(old_server)) as manager:
        assert (await manager.get_sandbox_info(old.id)).status.state == "Running"
