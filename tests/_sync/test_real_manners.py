# Generated from tests/_async/test_real_manners.py by scripts/unasync.py. Do not edit.
"""The SDK against an embedded server with the orders, delays and races of a real server and daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from opensandbox import SandboxManagerSync, SandboxSync
from opensandbox.config import ConnectionConfigSync
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


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(manners="real") as server:
        yield server


@pytest.fixture(scope="module")
def old_server() -> Iterator[LocalServer]:
    with LocalServer(manners="old") as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    for sandbox in made_by(server):
        yield sandbox


@pytest.fixture
def old(old_server: LocalServer) -> Iterator[SandboxSync]:
    for sandbox in made_by(old_server):
        yield sandbox


def config_of(server: LocalServer, **more: Any) -> ConnectionConfigSync:
    return ConnectionConfigSync(domain=server.domain, api_key=server.api_key, trust_env=False, **more)


def made_by(server: LocalServer) -> Iterator[SandboxSync]:
    sandbox = SandboxSync.create("ubuntu", connection_config=config_of(server))
    try:
        yield sandbox
    finally:
        sandbox.destroy()


def test_code_that_runs_for_long_keeps_its_output_and_its_result(sandbox: SandboxSync) -> None:
    execution = sandbox.code.run("import time; time.sleep(6); print('done'); 42")

    assert "".join(message.text for message in execution.logs.stdout) == "done\n"
    assert [result.text for result in execution.result] == ["42"]


def test_a_stream_of_code_goes_on_after_the_early_end(sandbox: SandboxSync) -> None:
    seen = ""
    with sandbox.code.stream("import time\nfor n in range(3): print(n); time.sleep(.2)") as stream:
        for event in stream:
            if isinstance(event, OutputMessage):
                seen += event.text
    assert seen == "0\n1\n2\n"


def test_run_after_run_runs_every_cell_once(sandbox: SandboxSync) -> None:
    sandbox.code.run("count = 0")
    for number in range(1, 11):
        execution = sandbox.code.run("count += 1; count")
        assert [result.text for result in execution.result] == [str(number)]


def test_commands_end_with_their_final_event(sandbox: SandboxSync) -> None:
    for number in range(12):
        execution = sandbox.commands.run(f"echo {number}; exit {number}")
        assert (execution.text, execution.exit_code) == (str(number), number)


def test_a_session_out_of_time_is_a_timeout_however_late_that_is_told(sandbox: SandboxSync) -> None:
    with sandbox.commands.session() as session:
        execution = session.run("sleep 1000", timeout=timedelta(seconds=1))
        assert execution.exit_code == -1
        assert (session.run("echo on")).text == "on"


def test_terminals_lose_no_output_of_short_programs(sandbox: SandboxSync) -> None:
    for number in range(10):
        with sandbox.pty.open(f"echo {number}", pty=False) as terminal:
            assert b"".join([data for data in terminal]) == f"{number}\n".encode()
            assert (terminal.exit_code, terminal.missed) == (0, 0)


def test_all_who_watch_get_the_last_output(sandbox: SandboxSync) -> None:
    for number in range(10):
        terminal = sandbox.pty.open(f"read line; echo {number}", pty=False)
        viewer = sandbox.pty.attach(terminal.session_id, viewer=True)
        terminal.send("go\n")
        for reader in (terminal, viewer):
            assert b"".join([data for data in reader]) == f"{number}\n".encode()
            assert reader.missed == 0
            reader.detach()


def test_a_terminal_that_the_daemon_refuses_is_not_open(sandbox: SandboxSync) -> None:
    with pytest.raises(SandboxNotFoundException):
        sandbox.pty.attach("no-such-terminal")
    with sandbox.pty.open("cat", pty=False) as holder:
        with pytest.raises(SandboxConflictException, match="takeover=True") as caught:
            sandbox.pty.attach(holder.session_id)
        assert caught.value.code == "ALREADY_CONNECTED"


def test_a_paused_sandbox_that_does_not_answer_says_that_it_is_paused(server: LocalServer) -> None:
    config = config_of(server, request_timeout=timedelta(seconds=2))
    sandbox = SandboxSync.create("ubuntu", connection_config=config)
    try:
        sandbox.pause()
        with pytest.raises(SandboxException, match=r"is Paused: .*resume"):
            sandbox.files.read_file("/etc/hostname")
    finally:
        sandbox.destroy()


def test_a_main_program_that_ended_is_the_reason(server: LocalServer) -> None:
    def use_one_whose_program_ends() -> None:
        with SandboxSync.create(
            "ubuntu",
            entrypoint=["sh", "-c", "exit 3"],
            connection_config=config_of(server),
            ready_timeout=timedelta(seconds=20),
        ) as sandbox:
            while True:  # it may have been ready a moment before the program ended
                sandbox.commands.run("true")

    with pytest.raises(SandboxTerminatedException, match="3"):
        use_one_whose_program_ends()


NEWER: list[tuple[str, Callable[[SandboxSync], Any], str]] = [
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
def test_what_an_old_daemon_lacks_is_named(
    old: SandboxSync, use: Callable[[SandboxSync], Any], words: str
) -> None:
    with pytest.raises(SandboxNotSupportedException, match=words):
        use(old)


def test_an_old_daemon_does_what_it_knows(old: SandboxSync, old_server: LocalServer) -> None:
    assert (old.commands.run("echo here")).text == "here"
    old.files.write_file("/tmp/a", "b")
    assert old.files.read_file("/tmp/a") == "b"
    with SandboxManagerSync.create(config_of(old_server)) as manager:
        assert (manager.get_sandbox_info(old.id)).status.state == "Running"
