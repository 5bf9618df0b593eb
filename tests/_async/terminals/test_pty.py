"""Terminals in a real sandbox: real programs, sizes, signals, leaving and coming back, and the ways to lose one."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from opensandbox import Sandbox
from opensandbox._async.calls.http import Connection, Http
from opensandbox._async.terminals.pty import PtyService
from opensandbox._async.terminals.terminal import Terminal
from opensandbox.config import ConnectionConfig
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

pytestmark = pytest.mark.anyio

PATIENCE = 60.0


@pytest.fixture(params=[False, True], ids=["gateway", "server proxy"])
async def boxed(local_server: LocalServer, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A sandbox that is reached in either way."""
    config = ConnectionConfig(
        domain=local_server.domain,
        api_key=local_server.api_key,
        trust_env=False,
        use_server_proxy=request.param,
    )
    sandbox = await Sandbox.create("ubuntu", connection_config=config)
    try:
        yield sandbox
    finally:
        with suppress(SandboxNotFoundException):
            await sandbox.kill()
        await sandbox.close()


async def until_seen(terminal: Terminal, wanted: bytes) -> bytes:
    """Read until the output holds `wanted`."""
    seen = b""
    while wanted not in seen:
        output = await terminal.read(PATIENCE)
        assert output is not None, seen
        seen += output.data
    return seen


async def the_rest(terminal: Terminal) -> bytes:
    return b"".join([data async for data in terminal])


async def test_an_interpreter_answers_what_is_typed(boxed: Sandbox) -> None:
    async with await boxed.pty.open("python3 -i -q") as terminal:
        await until_seen(terminal, b">>> ")
        await terminal.send("6 * 7\n")
        assert b"42" in await until_seen(terminal, b"42\r\n")
        await terminal.send(b"print('\xc3\xbc' * 3)\n")
        await until_seen(terminal, "üüü\r\n".encode())
        assert terminal.exit_code is None
        await terminal.send("raise SystemExit(5)\n")
        await the_rest(terminal)
        assert terminal.exit_code == 5
        assert await terminal.read() is None


async def test_a_full_screen_program_ends_by_itself(box: Sandbox) -> None:
    async with await box.pty.open("top -b -n1", cols=200, rows=50) as terminal:
        shown = await the_rest(terminal)
    assert b"PID" in shown
    assert b"top" in shown
    assert terminal.exit_code == 0


async def test_the_size_is_what_was_asked_for_and_what_it_is_changed_to(boxed: Sandbox) -> None:
    async with await boxed.pty.open(cwd="/usr", cols=100, rows=30) as terminal:
        await terminal.send("stty size; pwd\n")
        await until_seen(terminal, b"30 100\r\n/usr\r\n")
        await terminal.resize(132, 43)
        await terminal.send("stty size\n")
        await until_seen(terminal, b"43 132\r\n")


async def test_a_signal_reaches_what_runs_in_the_foreground(box: Sandbox) -> None:
    async with await box.pty.open() as terminal:
        await terminal.send('sh -c \'echo star""ted; exec sleep 1000\'; echo sta""tus $?\n')
        await until_seen(terminal, b"started")
        await terminal.signal("SIGTERM")
        await until_seen(terminal, b"status 143")
        await terminal.send("sh -c 'echo a\"\"gain; exec sleep 1000'\n")
        await until_seen(terminal, b"again")
        await terminal.send(b"\x03")
        await terminal.send('echo still he""re\n')
        await until_seen(terminal, b"still here")


async def test_on_pipes_the_outputs_are_apart(box: Sandbox) -> None:
    async with await box.pty.open("cat; echo bad >&2; exit 2", pty=False) as terminal:
        await terminal.send("hello\n")
        first = await terminal.read(PATIENCE)
        assert first is not None
        assert (first.data, first.offset, first.is_error) == (b"hello\n", 0, False)
        await terminal.signal("SIGTERM")
        await the_rest(terminal)
    assert terminal.exit_code == -1
    # What is fetched after the end, as from daemons that lose the last output, is not told apart.
    async with await box.pty.open("echo bad >&2; sleep 1; exit 2", pty=False) as terminal:
        output = await terminal.read(PATIENCE)
        assert output is not None
        assert (output.data, output.is_error) == (b"bad\n", True)
        assert await terminal.read(PATIENCE) is None
        assert terminal.exit_code == 2


async def test_a_terminal_that_was_left_goes_on_and_is_read_on_where_it_was_left(boxed: Sandbox) -> None:
    terminal = await boxed.pty.open("echo first; read word; echo $word; read word; exit 7", pty=False)
    await until_seen(terminal, b"first\n")
    await terminal.send("second\n")
    await terminal.detach()
    with pytest.raises(SandboxException, match="detached"):
        await terminal.send("x")
    assert await terminal.read() is None

    status = await boxed.pty.status(terminal.session_id)
    assert (status.session_id, status.running) == (terminal.session_id, True)
    async with await boxed.pty.attach(terminal.session_id, since=terminal.offset, pty=False) as again:
        assert await until_seen(again, b"second\n") == b"second\n"
        assert (again.offset, again.missed) == (len("first\nsecond\n"), 0)
    async with await boxed.pty.attach(terminal.session_id, pty=False) as again:
        assert await until_seen(again, b"second\n") == b"first\nsecond\n"
        await again.send("\n")
        await the_rest(again)
        assert again.exit_code == 7
        await again.close()
    with pytest.raises(SandboxNotFoundException, match=terminal.session_id):
        await boxed.pty.status(terminal.session_id)


async def test_what_was_repeated_but_not_read_does_not_count_as_read(box: Sandbox) -> None:
    terminal = await box.pty.open("echo first; cat", pty=False)
    await until_seen(terminal, b"first\n")
    await terminal.detach()
    again = await box.pty.attach(terminal.session_id, pty=False)
    await again.detach()
    assert again.offset == 0
    async with await box.pty.attach(terminal.session_id, since=again.offset, pty=False) as third:
        assert await until_seen(third, b"first\n") == b"first\n"
        await third.close()


async def test_leaving_the_block_ends_what_open_started(box: Sandbox) -> None:
    async with await box.pty.open("sleep 1000") as terminal:
        assert (await box.pty.status(terminal.session_id)).running
    with pytest.raises(SandboxNotFoundException, match=terminal.session_id):
        await box.pty.attach(terminal.session_id)
    await terminal.close()


async def test_one_holder_and_any_number_of_viewers(boxed: Sandbox) -> None:
    async with await boxed.pty.open() as holder:
        with pytest.raises(SandboxConflictException) as caught:
            await boxed.pty.attach(holder.session_id)
        assert caught.value.code == "ALREADY_CONNECTED"
        async with await boxed.pty.attach(holder.session_id, viewer=True) as viewer:
            await holder.send('echo se""en\n')
            assert b"seen" in await until_seen(viewer, b"seen")
            calls: list[Callable[[], Awaitable[None]]] = [
                lambda: viewer.send("x"),
                lambda: viewer.resize(10, 10),
                lambda: viewer.signal("SIGINT"),
            ]
            for call in calls:
                with pytest.raises(TerminalException) as told:
                    await call()
                assert told.value.code == "READ_ONLY"
            await viewer.close()
        async with await boxed.pty.attach(holder.session_id, takeover=True) as second:
            with pytest.raises(TerminalTakenOverException, match="takeover=True"):
                await the_rest(holder)
            await second.send('echo mi""ne\n')
            await until_seen(second, b"mine")


async def test_output_that_the_server_no_longer_has_is_counted(box: Sandbox) -> None:
    terminal = await box.pty.open("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end; cat", pty=False)
    assert len(await until_seen(terminal, b"end\n")) == 3_000_005
    await terminal.detach()
    async with await box.pty.attach(terminal.session_id, pty=False) as again:
        seen = await until_seen(again, b"end\n")
        assert again.missed > 0
        assert again.missed + len(seen) == again.offset == 3_000_005
        await again.close()


async def test_silence_can_be_limited(box: Sandbox) -> None:
    async with await box.pty.open("cat", pty=False) as terminal:
        with pytest.raises(SandboxTimeoutException, match=r"0\.05 s"):
            await terminal.read(0.05)
        await terminal.send("there\n")
        await until_seen(terminal, b"there\n")


async def test_a_flood_that_nobody_reads_does_not_keep_a_terminal_from_closing(box: Sandbox) -> None:
    terminal = await box.pty.open("yes")
    await until_seen(terminal, b"y")
    await terminal.close()
    with pytest.raises(SandboxNotFoundException):
        await box.pty.status(terminal.session_id)


async def test_typing_into_what_has_ended_says_so(box: Sandbox) -> None:
    async with await box.pty.open("exit 3") as terminal:
        await the_rest(terminal)

        async def type_on() -> None:
            while True:  # what is sent before the connection has closed goes nowhere
                await terminal.send("x")

        with pytest.raises(TerminalException, match="has ended") as caught:
            await type_on()
    assert caught.value.code == "SESSION_GONE"


async def test_unknown_terminals_are_not_found_by_their_id(box: Sandbox) -> None:
    calls: list[Callable[[str], Awaitable[object]]] = [box.pty.attach, box.pty.status, box.pty.delete]
    for call in calls:
        with pytest.raises(SandboxNotFoundException, match="no/such one"):
            await call("no/such one")
    with pytest.raises(SandboxApiException, match="/no/such/directory"):
        await box.pty.open(cwd="/no/such/directory")


BAD: list[tuple[Callable[[PtyService], Awaitable[object]], list[str]]] = [
    (lambda pty: pty.open(""), ["command", "''"]),
    (lambda pty: pty.open(cols=0), ["cols", "0"]),
    (lambda pty: pty.attach(""), ["session_id", "''"]),
    (lambda pty: pty.attach("t-1", since=-1), ["since", "-1"]),
    (lambda pty: pty.status(".."), ["session_id", ".."]),
    (lambda pty: pty.delete(" "), ["session_id", "' '"]),
]


@pytest.mark.parametrize(("call", "words"), BAD)
async def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[PtyService], Awaitable[object]], words: list[str]
) -> None:
    async def connection() -> Any:
        raise AssertionError("something was sent")

    with pytest.raises(InvalidArgumentException) as caught:
        await call(PtyService(connection))
    for word in words:
        assert word in str(caught.value)


async def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def connection() -> Any:
        raise AssertionError("something was sent")

    monkeypatch.setitem(sys.modules, "opensandbox._async.net.websocket", None)
    for call in (PtyService(connection).open, lambda: PtyService(connection).attach("t-1")):
        with pytest.raises(ImportError, match=r"opensandbox\[pty\]"):
            await call()


async def test_a_terminal_whose_connection_is_refused_is_not_left_behind() -> None:
    config = ConnectionConfig(trust_env=False)
    http = Http(config)
    with ScriptedServer() as server:
        server.answer("POST /pty", json_answer({"session_id": "t-1"}, 201))
        server.answer("GET /pty/t-1/ws", Answer((b'{"error":"Unauthorized: no token"}',), 401))
        server.answer("DELETE /pty/t-1", Answer())

        async def connection() -> Connection:
            return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Token": "secret"}))

        with pytest.raises(SandboxUnauthenticatedException, match="no token"):
            await PtyService(connection).open()
        await http.close()
    assert server.lines() == ["POST /pty", "GET /pty/t-1/ws?pty=1&since=0", "DELETE /pty/t-1"]
    assert all(request.headers.get("X-Token") == "secret" for request in server.requests)


async def test_an_endpoint_that_is_no_address_is_named() -> None:
    http = Http(ConnectionConfig())

    async def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint="sandbox:port", headers={}))

    with pytest.raises(InvalidArgumentException, match=r"sandbox:port.* is not an address"):
        await PtyService(connection).attach("t-1")


async def test_redirects_are_not_followed_with_the_headers_of_the_sandbox() -> None:
    http = Http(ConnectionConfig(trust_env=False))
    with ScriptedServer() as server, ScriptedServer() as elsewhere:
        target = {"Location": f"ws://{elsewhere.address}/"}
        server.answer("GET /pty/t-1/ws", Answer((), 307, target))

        async def connection() -> Connection:
            return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={"X-Token": "secret"}))

        with pytest.raises(SandboxApiException, match="redirects"):
            await PtyService(connection).attach("t-1")
        await http.close()
        assert elsewhere.requests == []


async def test_a_sandbox_that_is_killed_takes_its_terminals_along(boxed: Sandbox) -> None:
    terminal = await boxed.pty.open("echo begun; sleep 1000")
    await until_seen(terminal, b"begun")
    sandbox = await Sandbox.connect(boxed.id, boxed.connection_config)
    await sandbox.destroy()
    with pytest.raises(IncompleteStreamException, match="offset"):
        await terminal.read(PATIENCE)
    await terminal.close()
