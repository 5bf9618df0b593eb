# Generated from tests/_async/terminals/test_pty.py by scripts/unasync.py. Do not edit.
"""Terminals in a real sandbox: real programs, sizes, signals, leaving and coming back, and the ways to lose one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.terminals.pty import PtyService
from opensandbox._sync.terminals.terminal import TerminalSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    IncompleteStreamException,
    InvalidArgumentException,
    SandboxApiException,
    SandboxConflictException,
    SandboxException,
    SandboxNotFoundException,
    SandboxTimeoutException,
    SandboxUnauthenticatedException,
    TerminalException,
    TerminalTakenOverException,
)
from opensandbox.local import LocalServer
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.support.scripted_server import Answer, ScriptedServer, json_answer

PATIENCE = 60.0


@pytest.fixture(params=[False, True], ids=["gateway", "server proxy"])
def boxed(local_server: LocalServer, request: pytest.FixtureRequest) -> Iterator[SandboxSync]:
    """A sandbox that is reached in either way."""
    config = ConnectionConfigSync(
        domain=local_server.domain,
        api_key=local_server.api_key,
        trust_env=False,
        use_server_proxy=request.param,
    )
    sandbox = SandboxSync.create("ubuntu", connection_config=config)
    try:
        yield sandbox
    finally:
        with suppress(SandboxNotFoundException):
            sandbox.kill()
        sandbox.close()


def until_seen(terminal: TerminalSync, wanted: bytes) -> bytes:
    """Read until the output holds `wanted`."""
    seen = b""
    while wanted not in seen:
        output = terminal.read(PATIENCE)
        assert output is not None, seen
        seen += output.data
    return seen


def the_rest(terminal: TerminalSync) -> bytes:
    return b"".join([data for data in terminal])


def test_an_interpreter_answers_what_is_typed(boxed: SandboxSync) -> None:
    with boxed.pty.open("python3 -i -q") as terminal:
        until_seen(terminal, b">>> ")
        terminal.send("6 * 7\n")
        assert b"42" in until_seen(terminal, b"42\r\n")
        terminal.send(b"print('\xc3\xbc' * 3)\n")
        until_seen(terminal, "üüü\r\n".encode())
        assert terminal.exit_code is None
        terminal.send("raise SystemExit(5)\n")
        the_rest(terminal)
        assert terminal.exit_code == 5
        assert terminal.read() is None


def test_a_full_screen_program_ends_by_itself(box: SandboxSync) -> None:
    with box.pty.open("top -b -n1", cols=200, rows=50) as terminal:
        shown = the_rest(terminal)
    assert b"PID" in shown
    assert b"top" in shown
    assert terminal.exit_code == 0


def test_the_size_is_what_was_asked_for_and_what_it_is_changed_to(boxed: SandboxSync) -> None:
    with boxed.pty.open(cwd="/usr", cols=100, rows=30) as terminal:
        terminal.send("stty size; pwd\n")
        until_seen(terminal, b"30 100\r\n/usr\r\n")
        terminal.resize(132, 43)
        terminal.send("stty size\n")
        until_seen(terminal, b"43 132\r\n")


def test_a_signal_reaches_what_runs_in_the_foreground(box: SandboxSync) -> None:
    with box.pty.open() as terminal:
        terminal.send('sh -c \'echo star""ted; exec sleep 1000\'; echo sta""tus $?\n')
        until_seen(terminal, b"started")
        terminal.signal("SIGTERM")
        until_seen(terminal, b"status 143")
        terminal.send("sh -c 'echo a\"\"gain; exec sleep 1000'\n")
        until_seen(terminal, b"again")
        terminal.send(b"\x03")
        terminal.send('echo still he""re\n')
        until_seen(terminal, b"still here")


def test_on_pipes_the_outputs_are_apart(box: SandboxSync) -> None:
    with box.pty.open("cat; echo bad >&2; exit 2", pty=False) as terminal:
        terminal.send("hello\n")
        first = terminal.read(PATIENCE)
        assert first is not None
        assert (first.data, first.offset, first.is_error) == (b"hello\n", 0, False)
        terminal.signal("SIGTERM")
        the_rest(terminal)
    assert terminal.exit_code == -1
    # What is fetched after the end, as from daemons that lose the last output, is not told apart.
    with box.pty.open("echo bad >&2; sleep 1; exit 2", pty=False) as terminal:
        output = terminal.read(PATIENCE)
        assert output is not None
        assert (output.data, output.is_error) == (b"bad\n", True)
        assert terminal.read(PATIENCE) is None
        assert terminal.exit_code == 2


def test_a_terminal_that_was_left_goes_on_and_is_read_on_where_it_was_left(boxed: SandboxSync) -> None:
    terminal = boxed.pty.open("echo first; read word; echo $word; read word; exit 7", pty=False)
    until_seen(terminal, b"first\n")
    terminal.send("second\n")
    terminal.detach()
    with pytest.raises(SandboxException, match="detached"):
        terminal.send("x")
    assert terminal.read() is None

    status = boxed.pty.status(terminal.session_id)
    assert (status.session_id, status.running) == (terminal.session_id, True)
    with boxed.pty.attach(terminal.session_id, since=terminal.offset, pty=False) as again:
        assert until_seen(again, b"second\n") == b"second\n"
        assert (again.offset, again.missed) == (len("first\nsecond\n"), 0)
    with boxed.pty.attach(terminal.session_id, pty=False) as again:
        assert until_seen(again, b"second\n") == b"first\nsecond\n"
        again.send("\n")
        the_rest(again)
        assert again.exit_code == 7
        again.close()
    with pytest.raises(SandboxNotFoundException, match=terminal.session_id):
        boxed.pty.status(terminal.session_id)


def test_what_was_repeated_but_not_read_does_not_count_as_read(box: SandboxSync) -> None:
    terminal = box.pty.open("echo first; cat", pty=False)
    until_seen(terminal, b"first\n")
    terminal.detach()
    again = box.pty.attach(terminal.session_id, pty=False)
    again.detach()
    assert again.offset == 0
    with box.pty.attach(terminal.session_id, since=again.offset, pty=False) as third:
        assert until_seen(third, b"first\n") == b"first\n"
        third.close()


def test_leaving_the_block_ends_what_open_started(box: SandboxSync) -> None:
    with box.pty.open("sleep 1000") as terminal:
        assert (box.pty.status(terminal.session_id)).running
    with pytest.raises(SandboxNotFoundException, match=terminal.session_id):
        box.pty.attach(terminal.session_id)
    terminal.close()


def test_one_holder_and_any_number_of_viewers(boxed: SandboxSync) -> None:
    with boxed.pty.open() as holder:
        with pytest.raises(SandboxConflictException) as caught:
            boxed.pty.attach(holder.session_id)
        assert caught.value.code == "ALREADY_CONNECTED"
        with boxed.pty.attach(holder.session_id, viewer=True) as viewer:
            holder.send('echo se""en\n')
            assert b"seen" in until_seen(viewer, b"seen")
            calls: list[Callable[[], None]] = [
                lambda: viewer.send("x"),
                lambda: viewer.resize(10, 10),
                lambda: viewer.signal("SIGINT"),
            ]
            for call in calls:
                with pytest.raises(TerminalException) as told:
                    call()
                assert told.value.code == "READ_ONLY"
            viewer.close()
        with boxed.pty.attach(holder.session_id, takeover=True) as second:
            with pytest.raises(TerminalTakenOverException, match="takeover=True"):
                the_rest(holder)
            second.send('echo mi""ne\n')
            until_seen(second, b"mine")


def test_output_that_the_server_no_longer_has_is_counted(box: SandboxSync) -> None:
    terminal = box.pty.open("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end; cat", pty=False)
    assert len(until_seen(terminal, b"end\n")) == 3_000_005
    terminal.detach()
    with box.pty.attach(terminal.session_id, pty=False) as again:
        seen = until_seen(again, b"end\n")
        assert again.missed > 0
        assert again.missed + len(seen) == again.offset == 3_000_005
        again.close()


def test_silence_can_be_limited(box: SandboxSync) -> None:
    with box.pty.open("cat", pty=False) as terminal:
        with pytest.raises(SandboxTimeoutException, match=r"0\.05 s"):
            terminal.read(0.05)
        terminal.send("there\n")
        until_seen(terminal, b"there\n")


def test_a_flood_that_nobody_reads_does_not_keep_a_terminal_from_closing(box: SandboxSync) -> None:
    terminal = box.pty.open("yes")
    until_seen(terminal, b"y")
    terminal.close()
    with pytest.raises(SandboxNotFoundException):
        box.pty.status(terminal.session_id)


def test_typing_into_what_has_ended_says_so(box: SandboxSync) -> None:
    with box.pty.open("exit 3") as terminal:
        the_rest(terminal)

        def type_on() -> None:
            while True:  # what is sent before the connection has closed goes nowhere
                terminal.send("x")

        with pytest.raises(TerminalException, match="has ended") as caught:
            type_on()
    assert caught.value.code == "SESSION_GONE"


def test_unknown_terminals_are_not_found_by_their_id(box: SandboxSync) -> None:
    calls: list[Callable[[str], object]] = [box.pty.attach, box.pty.status, box.pty.delete]
    for call in calls:
        with pytest.raises(SandboxNotFoundException, match="no/such one"):
            call("no/such one")
    with pytest.raises(SandboxApiException, match="/no/such/directory"):
        box.pty.open(cwd="/no/such/directory")


BAD: list[tuple[Callable[[PtyService], object], list[str]]] = [
    (lambda pty: pty.open(""), ["command", "''"]),
    (lambda pty: pty.open(cols=0), ["cols", "0"]),
    (lambda pty: pty.attach(""), ["session_id", "''"]),
    (lambda pty: pty.attach("t-1", since=-1), ["since", "-1"]),
    (lambda pty: pty.status(".."), ["session_id", ".."]),
    (lambda pty: pty.delete(" "), ["session_id", "' '"]),
]


@pytest.mark.parametrize(("call", "words"), BAD)
def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[PtyService], object], words: list[str]
) -> None:
    def connection() -> Any:
        raise AssertionError("something was sent")

    with pytest.raises(InvalidArgumentException) as caught:
        call(PtyService(connection))
    for word in words:
        assert word in str(caught.value)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def connection() -> Any:
        raise AssertionError("something was sent")

    monkeypatch.setitem(sys.modules, "opensandbox._sync.net.websocket", None)
    for call in (PtyService(connection).open, lambda: PtyService(connection).attach("t-1")):
        with pytest.raises(ImportError, match=r"opensandbox\[pty\]"):
            call()


def test_a_terminal_whose_connection_is_refused_is_not_left_behind() -> None:
    config = ConnectionConfigSync(trust_env=False)
    http = Http(config)
    with ScriptedServer() as server:
        server.answer("POST /pty", json_answer({"session_id": "t-1"}, 201))
        server.answer("GET /pty/t-1/ws", Answer((b'{"error":"Unauthorized: no token"}',), 401))
        server.answer("DELETE /pty/t-1", Answer())

        def connection() -> Connection:
            return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Token": "secret"}))

        with pytest.raises(SandboxUnauthenticatedException, match="no token"):
            PtyService(connection).open()
        http.close()
    assert server.lines() == ["POST /pty", "GET /pty/t-1/ws?pty=1&since=0", "DELETE /pty/t-1"]
    assert all(request.headers.get("X-Token") == "secret" for request in server.requests)


def test_an_endpoint_that_is_no_address_is_named() -> None:
    http = Http(ConnectionConfigSync())

    def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint="sandbox:port", headers={}))

    with pytest.raises(InvalidArgumentException, match=r"sandbox:port.* is not an address"):
        PtyService(connection).attach("t-1")


def test_redirects_are_not_followed_with_the_headers_of_the_sandbox() -> None:
    http = Http(ConnectionConfigSync(trust_env=False))
    with ScriptedServer() as server, ScriptedServer() as elsewhere:
        target = {"Location": f"ws://{elsewhere.address}/"}
        server.answer("GET /pty/t-1/ws", Answer((), 307, target))

        def connection() -> Connection:
            return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Token": "secret"}))

        with pytest.raises(SandboxApiException, match="redirects"):
            PtyService(connection).attach("t-1")
        http.close()
        assert elsewhere.requests == []


def test_a_sandbox_that_is_killed_takes_its_terminals_along(boxed: SandboxSync) -> None:
    terminal = boxed.pty.open("echo begun; sleep 1000")
    until_seen(terminal, b"begun")
    sandbox = SandboxSync.connect(boxed.id, boxed.connection_config)
    sandbox.destroy()
    with pytest.raises(IncompleteStreamException, match="offset"):
        terminal.read(PATIENCE)
    terminal.close()
