from __future__ import annotations

import json
import os
import signal
import socket
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import unix_connect

from opensandbox.local.execd.terminals.terminal import Terminal
from tests.local.execd.daemon import until
from tests.support.waiting import async_until


@pytest.fixture
def terminal(execd):
    def create(**body):
        answer = execd.client.post("/pty", json=body)
        assert answer.status_code == 201
        return answer.json()["session_id"]

    return create


@contextmanager
def attached(execd, session_id, query=""):
    with unix_connect(
        str(execd.directory / "execd.sock"), f"ws://execd/pty/{session_id}/ws?{query}", close_timeout=5
    ) as client:
        yield client


def output(client, wanted: bytes, kind: int = 1) -> bytes:
    """Read frames until the output of one kind holds `wanted`."""
    seen = b""
    while wanted not in seen:
        message = client.recv(timeout=20)
        if isinstance(message, bytes) and message[0] == kind:
            seen += message[1:]
    return seen


def message_of(client, kind: str):
    while True:
        message = client.recv(timeout=20)
        if isinstance(message, str) and json.loads(message)["type"] == kind:
            return json.loads(message)


def send(client, **frame):
    client.send(json.dumps(frame))


def test_shell_has_a_terminal_with_size_and_job_control(execd, terminal):
    session_id = terminal()
    with attached(execd, session_id) as client:
        assert message_of(client, "connected") == {
            "type": "connected",
            "session_id": session_id,
            "mode": "pty",
            "role": "holder",
        }
        client.send(b"\0tty; stty size; set -o | grep monitor\n")
        seen = output(client, b"\ton\r\n")
        assert b"/dev/pts/" in seen
        assert b"24 80" in seen
        send(client, type="resize", cols=100, rows=30)
        send(client, type="resize", cols=0, rows=30)
        send(client, type="stdin", data="stty size\n")
        output(client, b"30 100")
        client.send(b"\0exit 3\n")
        assert message_of(client, "exit")["exit_code"] == 3
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(timeout=20)
        assert closed.value.rcvd.code == 1000


def test_signal_reaches_the_foreground(execd, terminal):
    with attached(execd, terminal()) as client:
        client.send(b"\0sh -c 'echo star''ted; exec sleep 600'\n")
        output(client, b"started")
        marker = uuid.uuid4().hex.encode()
        send(client, type="signal", signal="SIGINT")
        client.send(b"\0echo " + marker[:16] + b"''" + marker[16:] + b"\n")
        output(client, marker)
        send(client, type="signal", signal="SIGNONSENSE")
        assert message_of(client, "error")["code"] == "INVALID_FRAME"


@pytest.mark.anyio
@pytest.mark.parametrize(("seconds", "ends"), [("0.1", True), ("60", False)])
async def test_a_shell_that_takes_no_input_because_it_is_ending_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, seconds: str, ends: bool
) -> None:
    monkeypatch.setattr("opensandbox.local.execd.terminals.terminal.ENDING_SECONDS", 20.0 if ends else 0.05)
    terminal = Terminal(("/bin/sh", "-c", f"exec <&-; exec sleep {seconds}"), "/")
    await terminal.start({}, pty=False)
    try:
        await async_until(lambda: not terminal.write(b"x"))
        assert await terminal.ends() is ends
        # What comes behind, an interrupt maybe, does not wait for that once more.
        monkeypatch.setattr("opensandbox.local.execd.terminals.terminal.ENDING_SECONDS", 3600.0)
        assert await terminal.ends() is ends
    finally:
        terminal.kill()
        assert terminal.process is not None
        await terminal.process.exited


@pytest.mark.anyio
async def test_a_shell_that_does_not_read_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opensandbox.local.execd.terminals.terminal.ENDING_SECONDS", 3600.0)
    terminal = Terminal(("/bin/sleep", "60"), "/")
    await terminal.start({}, pty=False)
    try:
        while terminal.write(bytes(1 << 20)):
            pass
        assert not await terminal.ends()
    finally:
        terminal.kill()
        assert terminal.process is not None
        await terminal.process.exited


@pytest.mark.anyio
async def test_signal_before_the_shell_has_the_terminal_goes_to_the_shell_alone() -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGCONT, lambda number, frame: received.append(number))
    terminal = Terminal(("/bin/sleep", "60"), "/")
    await terminal.start({}, pty=False)
    assert terminal.process is not None
    unused, end = os.openpty()
    terminal._master = unused  # a terminal that nobody has taken yet
    try:
        terminal.process.signal_group(signal.SIGSTOP)
        await async_until(lambda: state(terminal) == "T")
        terminal.signal(signal.SIGCONT)
        await async_until(lambda: state(terminal) == "S")
        assert received == []  # SIGCONT, because it does no harm where it should not get to
    finally:
        terminal.kill()
        await terminal.process.exited
        os.close(end)
        signal.signal(signal.SIGCONT, before)


def state(terminal: Terminal) -> str:
    assert terminal.process is not None
    return Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_pipe_mode_keeps_the_streams_apart(execd, terminal):
    with attached(execd, terminal(command="cat; echo err >&2; exit 2"), "pty=0") as client:
        assert message_of(client, "connected")["mode"] == "pipe"
        client.send(b"\0hello\n")
        assert output(client, b"hello\n") == b"hello\n"
        client.send(b"not an input frame")
        send(client, type="ping")
        message_of(client, "pong")
        send(client, type="signal", signal="SIGTERM")
        assert message_of(client, "exit")["exit_code"] == -1


def test_first_output_of_the_one_who_started_the_shell_is_no_replay(execd, terminal):
    with attached(execd, terminal(command="echo err >&2"), "pty=0") as client:
        assert output(client, b"err\n", kind=2) == b"err\n"


def test_input_before_a_goodbye_counts(execd, terminal):
    session_id = terminal()
    with attached(execd, session_id, "pty=0") as client:
        message_of(client, "connected")
        client.send(b"\0echo typed; sleep 600\n")
    until(lambda: execd.client.get(f"/pty/{session_id}").json()["output_offset"] == len("typed\n"))


def test_holder_comes_back_and_continues_where_it_left(execd, terminal):
    session_id = terminal(cwd="/usr")

    def status():
        return execd.client.get(f"/pty/{session_id}").json()

    assert status() == {"session_id": session_id, "running": False, "output_offset": 0}
    with attached(execd, session_id, "pty=0") as client:
        client.send(b"\0pwd\n")
        output(client, b"/usr\n")
        client.send(b"\0sleep 0.3; echo later\n")
    until(lambda: status()["output_offset"] == len("/usr\nlater\n"))
    assert status()["running"] is True
    with attached(execd, session_id, "since=5") as client:
        frame = client.recv(timeout=20)
        assert frame == b"\x03" + (5).to_bytes(8, "big") + b"later\n"
        assert message_of(client, "connected")["role"] == "holder"


def test_second_holder_is_refused_or_takes_over(execd, terminal):
    session_id = terminal()
    with attached(execd, session_id) as first:
        message_of(first, "connected")
        with pytest.raises(InvalidStatus) as refused, attached(execd, session_id):
            pass
        assert refused.value.response.status_code == 409
        assert json.loads(refused.value.response.body)["code"] == "ALREADY_CONNECTED"
        with attached(execd, session_id, "takeover=1") as second:
            message_of(second, "connected")
            with pytest.raises(ConnectionClosed) as closed:
                output(first, b"what never comes")
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "TAKEN_OVER")
            second.send(b"\0echo mi''ne\n")
            output(second, b"mine")


def test_viewer_watches_and_cannot_write(execd, terminal):
    session_id = terminal()
    with pytest.raises(InvalidStatus) as refused, attached(execd, session_id, "mode=viewer"):
        pass
    assert refused.value.response.status_code == 409
    with attached(execd, session_id) as holder, attached(execd, session_id, "mode=viewer") as viewer:
        assert message_of(viewer, "connected")["role"] == "viewer"
        holder.send(b"\0echo se''en\n")
        seen = b""
        while b"seen" not in seen:
            message = viewer.recv(timeout=20)
            if isinstance(message, bytes):
                assert message[0] == 3
                seen += message[9:]
        for _ in range(5):
            viewer.send(b"\0echo never\n")
            assert message_of(viewer, "error")["code"] == "READ_ONLY"
        with pytest.raises(ConnectionClosed):
            viewer.recv(timeout=20)


def test_long_output_replays_its_end(execd, terminal):
    session_id = terminal(command="head -c 3000000 /dev/zero | tr '\\0' x; echo end; sleep 600")
    with attached(execd, session_id, "pty=0") as client:
        assert len(output(client, b"end\n")) == 3000004
    with attached(execd, session_id) as client:
        frame = client.recv(timeout=20)
        offset = int.from_bytes(frame[1:9], "big")
        assert offset > 0
        assert offset + len(frame[9:]) == 3000004
        assert len(frame) <= (1 << 20) + 9


def test_deleted_terminal_ends_its_shell(execd, terminal):
    session_id = terminal()
    with attached(execd, session_id) as client:
        message_of(client, "connected")
        assert execd.client.delete(f"/pty/{session_id}").status_code == 200
        assert message_of(client, "exit")["exit_code"] == -1
    for method in ("GET", "DELETE"):
        answer = execd.client.request(method, f"/pty/{session_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "CONTEXT_NOT_FOUND")
    assert execd.client.get(f"/pty/{session_id}/ws").status_code == 404


def test_request_that_is_no_websocket_is_refused(execd, terminal):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(execd.directory / "execd.sock"))
        client.sendall(f"GET /pty/{terminal()}/ws HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert client.recv(1000).split()[1] == b"426"


@pytest.mark.parametrize("body", ['{"cwd":"/does/not/exist"}', '{"command":5}', "["])
def test_bad_terminal_is_refused(execd, body):
    assert execd.client.post("/pty", content=body).json()["code"] == "INVALID_REQUEST_BODY"
