from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from tests.local.execd.daemon import running_execd, until


def test_entrypoint_is_started_once_and_its_variables_reach_later_commands(tmp_path):
    with running_execd(tmp_path) as execd:
        assert execd.control(op="status")["entrypoint"]["running"] is False
        entrypoint = ["sh", "-c", "echo $GREETING; echo err >&2; read never; exit 5"]
        answer = execd.control(op="start", entrypoint=entrypoint, env={"GREETING": "hello"})
        assert answer["ok"] is True
        assert answer["pid"] > 0
        log = execd.directory / "entrypoint.log"
        until(lambda: not execd.control(op="status")["entrypoint"]["running"])
        assert log.read_text() == "hello\nerr\n"
        assert execd.control(op="status") == {"ok": True, "entrypoint": {"running": False, "exit_code": 5}}
        assert execd.run("echo $GREETING")[1]["text"] == "hello"
        assert execd.control(op="start", entrypoint=["true"], env={})["ok"] is False


def test_entrypoint_that_was_killed_tells_the_signal(tmp_path):
    with running_execd(tmp_path) as execd:
        pid = execd.control(op="start", entrypoint=["sleep", "600"], env={})["pid"]
        assert execd.control(op="status")["entrypoint"] == {"running": True, "pid": pid}
        os.kill(pid, 9)
        until(lambda: not execd.control(op="status")["entrypoint"]["running"])
        assert execd.control(op="status")["entrypoint"] == {"running": False, "exit_code": -1, "signal": 9}


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [("absent", 127, "No such file or directory"), ("data", 126, "Permission denied")],
)
def test_entrypoint_that_cannot_be_started_has_ended_as_in_a_shell(tmp_path, name, code, reason):
    (tmp_path / "data").write_text("no program")
    with running_execd(tmp_path) as execd:
        problem = f"{tmp_path / name}: {reason}"
        ended = {"running": False, "exit_code": code, "problem": problem}
        assert execd.control(op="start", entrypoint=[str(tmp_path / name)]) == {"ok": True, **ended}
        assert execd.control(op="status") == {"ok": True, "entrypoint": ended}
        assert execd.control(op="wait") == {"ok": True, "entrypoint": ended}
        assert (execd.directory / "entrypoint.log").read_text() == f"{problem}\n"
        assert execd.control(op="start", entrypoint=["true"])["ok"] is False


@pytest.mark.parametrize(
    "request_",
    [
        {"op": "start", "entrypoint": []},
        {"op": "start"},
        {"op": "connect", "port": "x"},
        {"op": "connect", "port": 99999},
        {"op": "nonsense"},
        {},
    ],
)
def test_bad_request_is_answered(execd, request_):
    answer = execd.control(**request_)
    assert answer["ok"] is False
    assert answer["error"]


def test_connect_to_a_closed_port_is_refused(execd):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert execd.control(op="connect", port=unused.getsockname()[1])["ok"] is False


@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_connect_carries_bytes_both_ways_and_passes_on_half_closing(execd, family, address):
    received = bytearray()

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(65536):
                received.extend(data)
            connection.sendall(b"got " + str(len(received)).encode())

    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen()
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(execd.directory / "control.sock"))
            port = listener.getsockname()[1]
            client.sendall(b'{"op":"connect","port":%d}\n' % port)
            assert client.recv(100) == b'{"ok": true}\n'
            client.sendall(b"x" * 1_000_000)
            client.shutdown(socket.SHUT_WR)
            assert client.makefile("rb").read() == b"got 1000000"
        server.join()


def test_token_is_demanded_and_kept_from_programs(tmp_path):
    with running_execd(tmp_path, EXECD_ACCESS_TOKEN="s3cret") as execd:
        assert execd.client.get("/ping").status_code == 200
        assert execd.client.get("/ready").json() == {"initialized": True}
        for headers in ({}, {"X-EXECD-ACCESS-TOKEN": "wrong"}):
            refused = execd.client.get("/files/info", headers=headers)
            assert refused.status_code == 401
            assert refused.json()["error"].startswith("Unauthorized: ")
        execd.client.headers["X-EXECD-ACCESS-TOKEN"] = "s3cret"
        assert execd.run("echo [$EXECD_ACCESS_TOKEN]")[1]["text"] == "[]"


def test_stopping_ends_every_process(tmp_path):
    pid_file = tmp_path / "pid"
    with running_execd(tmp_path) as execd:
        main = execd.control(op="start", entrypoint=["sleep", "600"], env={})["pid"]
        execd.client.post(
            "/command", json={"command": f"echo $$ > {pid_file}; sleep 600", "background": True}
        )
        until(lambda: pid_file.exists() and pid_file.read_text())
    for pid in (main, int(pid_file.read_text())):
        until(lambda pid=pid: not Path(f"/proc/{pid}").exists())
