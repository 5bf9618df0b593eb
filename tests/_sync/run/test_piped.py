# Generated from tests/_async/run/test_piped.py by scripts/unasync.py. Do not edit.
"""Commands with input: `start(…, stdin=True)`, and `input` of `start` and `stream`, on servers of either manner."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from opensandbox import SandboxSync
from opensandbox._concurrency.pairs import together
from opensandbox._sync.run.piped import PipedCommandSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxException,
    SandboxTimeoutException,
    TerminalException,
)
from opensandbox.local import LocalServer
from opensandbox.models import OutputMessage

PATIENCE = 60.0


@pytest.fixture(scope="module", params=["kind", "real"])
def server(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def sandbox(server: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


def read_all(command: PipedCommandSync) -> tuple[bytes, bytes]:
    out, err = bytearray(), bytearray()
    for piece in command:
        (err if piece.is_error else out).extend(piece.data)
    return bytes(out), bytes(err)


def test_a_command_is_fed_while_it_runs(sandbox: SandboxSync) -> None:
    script = 'while read -r line; do echo "<$line>"; echo "no $line" >&2; done; exit 7'
    with sandbox.commands.start(script, stdin=True) as command:
        command.write("one\n")
        seen: set[tuple[bool, bytes]] = set()
        while len(seen) < 2:
            piece = command.read(PATIENCE)
            assert piece is not None
            seen.add((piece.is_error, piece.data))
        assert seen == {(False, b"<one>\n"), (True, b"no one\n")}
        with pytest.raises(SandboxTimeoutException, match=r"printed nothing for 0\.01 s"):
            command.read(0.01)
        with pytest.raises(SandboxTimeoutException, match=r"still runs after 0\.01 s"):
            command.wait(0.01)
        command.write(b"two\n")
        command.close_stdin()
        command.close_stdin()
        assert command.exit_code is None
        assert (read_all(command))[0] == b"<two>\n"
        assert command.exit_code == command.wait() == 7
        with pytest.raises(SandboxException, match=r"close_stdin\(\) was called"):
            command.write("three\n")
    assert "exit_code=7" in repr(command)
    left = sandbox.commands.run("ls -A /tmp")
    assert "opensandbox-stdin" not in left.stdout


def test_input_of_any_bytes_and_any_size_arrives(sandbox: SandboxSync) -> None:
    data = bytes(range(256)) * 20_000
    with sandbox.commands.start(["cat"], stdin=True) as command:

        def feed() -> None:
            command.feed(io.BytesIO(data))
            command.close_stdin()

        fed, got = together(feed, lambda: read_all(command))
    assert fed is None
    assert got == (data, b"")


def test_directory_variables_and_a_wait_of_its_own(sandbox: SandboxSync) -> None:
    script = 'sleep 0.01 & wait; pwd; echo "$GREETING"'
    command = sandbox.commands.start(script, stdin=True, cwd="/usr", env={"GREETING": "it's"})
    with command:
        assert read_all(command) == (b"/usr\nit's\n", b"")
        command.close_stdin()
    assert command.exit_code == 0


def test_signals_reach_the_command_itself(sandbox: SandboxSync) -> None:
    script = "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.02; done"
    with sandbox.commands.start(["sh", "-c", script], stdin=True) as command:
        first = command.read(PATIENCE)
        assert first is not None
        assert first.data == b"up\n"
        command.signal("SIGTERM")
        assert (read_all(command))[0] == b"bye\n"
        assert command.exit_code == 3
    endless = sandbox.commands.start(["sleep", "7010"], stdin=True)
    endless.kill()
    endless.kill()
    with pytest.raises(SandboxException, match="ended by kill"):
        endless.wait()


def test_a_command_may_close_its_input(sandbox: SandboxSync) -> None:
    with sandbox.commands.start("exec <&-; echo deaf; sleep 7011", stdin=True) as command:
        first = command.read(PATIENCE)
        assert first is not None
        assert first.data == b"deaf\n"

        def write_on() -> None:
            while True:
                command.write(b"x" * 65536)
                with pytest.raises(SandboxTimeoutException):
                    command.read(0.01)

        with pytest.raises(TerminalException, match="has closed its standard input"):
            write_on()
        command.close_stdin()


def test_what_the_way_cannot_carry_is_refused(sandbox: SandboxSync) -> None:
    start = sandbox.commands.start
    with pytest.raises(InvalidArgumentException, match=r"takes no user.*setpriv"):
        start("cat", stdin=True, opts={"uid": 1000})
    with pytest.raises(InvalidArgumentException, match=r"takes no timeout.*kill\(\)"):
        start("cat", stdin=True, opts={"timeout": 5})
    with pytest.raises(InvalidArgumentException, match="stdin must be True or False"):
        start("cat", stdin="text")  # type: ignore[call-overload]
    with pytest.raises(InvalidArgumentException, match="exclude each other"):
        start("cat", stdin=True, input="text")  # type: ignore[call-overload]
    with start("cat", stdin=True) as command:
        with pytest.raises(InvalidArgumentException, match="bytes or a string, not int"):
            command.write(5)  # type: ignore[arg-type]


def test_streams_and_started_commands_take_input_and_a_user(sandbox: SandboxSync) -> None:
    with sandbox.commands.stream("cat; id -un", input="a\nb\n", user="root") as events:
        texts = [event.text.strip() for event in events if isinstance(event, OutputMessage)]
    assert "".join(texts) == "abroot"
    started = sandbox.commands.start(["wc", "-c"], input=io.BytesIO(b"12345"))
    assert (started.wait(PATIENCE)).exit_code == 0
    assert "".join([text for text in started.logs()]).strip() == "5"
    with pytest.raises(InvalidArgumentException, match="another user in the background"):
        sandbox.commands.start("cat", input="x", user="nobody")
    with pytest.raises(InvalidArgumentException, match="not known in the sandbox"):
        with sandbox.commands.stream("cat", input="x", user="missing"):
            raise AssertionError("nothing was started")
    assert "opensandbox-input" not in (sandbox.commands.run("ls -A /tmp")).stdout


def test_the_commands_of_an_object_are_listed_latest_first(sandbox: SandboxSync) -> None:
    sandbox.commands.run("exit 3")
    sandbox.commands.run(["/missing/program"])
    started = sandbox.commands.start(["sleep", "7012"])
    found = sandbox.commands.list()
    assert found[0].id == started.execution_id
    assert [(item.running, item.exit_code) for item in (found[0], found[-1])] == [(True, None), (False, 3)]
    assert "7012" in str(found[0].content)
    started.interrupt()
    assert (sandbox.copy_settings().commands.list()) == []
