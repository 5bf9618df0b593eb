"""The key of a server of one's own: who finds it, and to whom it is not sent."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from opensandbox.config import ConnectionConfig, ConnectionConfigSync
from opensandbox.config.local_servers import RunningServer, announced, kept_key, running_server

both = pytest.mark.parametrize("config_type", [ConnectionConfig, ConnectionConfigSync])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OPEN_SANDBOX_API_KEY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("opensandbox.config.local_servers._REMEMBERED", 0.0)
    return tmp_path / "opensandbox"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


@pytest.fixture
def server(listener: socket.socket, tmp_path: Path) -> Iterator[RunningServer]:
    """This process, announced as a server."""
    server = RunningServer.this(f"127.0.0.1:{listener.getsockname()[1]}", "s3cret", tmp_path)
    with announced(server):
        yield server


@both
def test_a_client_without_a_key_finds_it(config_type: type, server: RunningServer) -> None:
    for domain in (server.address, f"localhost:{server.port}", f"http://LOCALHOST:{server.port}/"):
        assert config_type(domain=domain).get_api_key() == "s3cret"


@both
def test_a_key_that_was_given_and_none_that_was_asked_for_win(
    config_type: type, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config_type(domain=server.address, api_key="mine").get_api_key() == "mine"
    assert config_type(domain=server.address, api_key="").get_api_key() == ""
    monkeypatch.setenv("OPEN_SANDBOX_API_KEY", "env")
    assert config_type(domain=server.address).get_api_key() == "env"


def test_it_goes_to_no_other_machine(server: RunningServer) -> None:
    for domain in ("192.0.2.1", "localhost.example.com", "127.0.0.1.example.com", "[2001:db8::1]"):
        assert ConnectionConfig(domain=f"{domain}:{server.port}").get_api_key() == ""
    assert ConnectionConfig(domain=f"https://{server.address}").get_api_key() == ""
    assert ConnectionConfig(domain=server.address, proxy="http://proxy.example.com").get_api_key() == ""
    assert ConnectionConfig(domain="localhost:nonsense").get_api_key() == ""


def test_the_file_is_gone_with_its_server(listener: socket.socket, server: RunningServer) -> None:
    other = replace(server, address="127.0.0.2:" + server.address.rpartition(":")[2])
    with announced(other):
        assert running_server(server.port) == other
    assert running_server(server.port) is None


def test_it_is_not_sent_where_nobody_listens(listener: socket.socket, server: RunningServer) -> None:
    listener.close()
    assert running_server(server.port) is None


def test_it_is_not_sent_for_a_process_that_is_gone(server: RunningServer, home: Path) -> None:
    file = home / "servers" / f"{server.port}.json"
    for stale in (replace(server, born="1"), replace(server, pid=2**22 + 1)):
        file.write_text(json.dumps(asdict(stale)))
        assert running_server(server.port) is None
    file.write_text(json.dumps(asdict(server)))
    assert running_server(server.port) == server


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pid": 1}', "\0"])
def test_a_broken_file_is_no_server(server: RunningServer, home: Path, text: str) -> None:
    (home / "servers" / f"{server.port}.json").write_text(text)
    assert running_server(server.port) is None


def test_a_file_that_others_could_have_written_is_not_believed(server: RunningServer, home: Path) -> None:
    file = home / "servers" / f"{server.port}.json"
    file.chmod(0o666)
    assert running_server(server.port) is None
    file.chmod(0o600)
    moved = file.rename(file.with_suffix(".moved"))
    file.symlink_to(moved)
    assert running_server(server.port) is None


def test_there_is_none_on_other_systems(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as windows:
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "geteuid"):
            windows.delattr(os, name)
        windows.setattr(sys, "platform", "win32")
        assert ConnectionConfig(domain=server.address).get_api_key() == ""


@pytest.mark.parametrize("table", ["a line that is none\nx", "header\n 0: zz:zz 0 0A"])
def test_it_is_not_sent_where_nobody_can_tell_who_listens(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    read = Path.read_text
    monkeypatch.setattr(
        Path, "read_text", lambda path: table if str(path).startswith("/proc/net") else read(path)
    )
    assert running_server(server.port) is None


@contextmanager
def another_user_listens(host: str, port: int) -> Iterator[None]:
    """A listener that belongs to nobody, as the kernel's table shows."""
    program = (
        "import os, socket, sys\n"
        "os.setuid(65534)\n"
        "family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET\n"
        "s = socket.socket(family)\n"
        "if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)\n"
        "s.bind((sys.argv[1], int(sys.argv[2]))); s.listen()\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, host, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield
        process.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize("host", ["::1", "::", "127.0.0.2"])
def test_it_is_not_sent_where_another_user_listens_too(server: RunningServer, host: str) -> None:
    with another_user_listens(host, server.port):
        assert running_server(server.port) is None
    assert running_server(server.port) == server


def test_a_key_is_made_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    key = kept_key(state)
    assert len(key) >= 20
    assert kept_key(state) == key
    assert [path.name for path in state.iterdir()] == ["key"]
