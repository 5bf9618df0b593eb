"""The shell command: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from opensandbox.local.__main__ import main
from tests.local.server.client import REQUEST, Api, assert_error, until

if TYPE_CHECKING:
    from collections.abc import Iterator


class Command:
    """A running `python -m opensandbox.local`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.printed = ""
        while "Ctrl-C" not in self.printed:
            line = process.stdout.readline()
            assert line, f"ended before it was ready: {process.wait()}"
            self.printed += line
        found = re.search(r"listens on (http://\S+)", self.printed)
        assert found
        self.url = found[1]

    def client(self) -> httpx.Client:
        """A client with the key that was printed, for the API."""
        found = re.search(r"API key +(\S{20,})", self.printed)
        headers = {"OPEN-SANDBOX-API-KEY": found[1]} if found else {}
        return httpx.Client(base_url=f"{self.url}/v1", headers=headers, timeout=30)


@contextlib.contextmanager
def running(state: Path, *arguments: str, **environment: str) -> Iterator[Command]:
    command = [
        sys.executable,
        "-m",
        "opensandbox.local",
        "--state-dir",
        str(state),
        "--port",
        "0",
        *arguments,
    ]
    base = {name: value for name, value in os.environ.items() if name != "OPEN_SANDBOX_API_KEY"}
    base["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    base["XDG_STATE_HOME"] = str(state / "home")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=base | environment) as process:
        try:
            yield Command(process)
        finally:
            process.terminate()


@contextlib.contextmanager
def inherited(number: signal.Signals, what: signal.Handlers) -> Iterator[None]:
    """Let programs that are started meanwhile begin with this disposition, whatever the tests were started with."""
    before = signal.signal(number, what)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_it_with_every_sandbox(tmp_path: Path, number: signal.Signals) -> None:
    with inherited(signal.SIGHUP, signal.SIG_DFL), running(tmp_path) as command:
        with command.client() as client:
            assert client.post("/sandboxes", json=REQUEST).status_code == 202
        assert list((tmp_path / "sandboxes").iterdir())
        command.process.send_signal(number)
        assert command.process.wait(20) == 0
    assert list((tmp_path / "sandboxes").iterdir()) == []


def test_a_hangup_that_is_ignored_does_not_end_it(tmp_path: Path) -> None:
    with inherited(signal.SIGHUP, signal.SIG_IGN), running(tmp_path) as command:
        command.process.send_signal(signal.SIGHUP)
        with command.client() as client:
            assert client.get("/sandboxes").status_code == 200
        command.process.send_signal(signal.SIGTERM)
        assert command.process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGCHLD, signal.SIGTERM])
def test_signals_that_whoever_starts_it_ignores_are_reset(tmp_path: Path, number: signal.Signals) -> None:
    with inherited(number, signal.SIG_IGN), running(tmp_path) as command:
        with command.client() as client:
            sandbox = client.post("/sandboxes", json=REQUEST).json()
            until_running(client, sandbox["id"])
        command.process.send_signal(signal.SIGTERM)
        # With SIGCHLD ignored here, the system keeps no exit status for us.
        command.process.wait(20)
    assert list((tmp_path / "sandboxes").iterdir()) == []


def until_running(client: httpx.Client, sandbox_id: str) -> None:
    """Wait until a sandbox runs."""
    path = f"/sandboxes/{sandbox_id}"
    until(lambda: client.get(path).json()["status"]["state"] == "Running", "it runs")


def test_a_key_is_made_and_kept_and_the_snippet_works_as_printed(tmp_path: Path) -> None:
    with running(tmp_path) as command:
        assert_error(httpx.get(f"{command.url}/v1/sandboxes"), 401, "MISSING_API_KEY")
        key = (tmp_path / "key").read_text().strip()
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
        assert f"API key   {key} (kept in {tmp_path / 'key'}" in command.printed
        with command.client() as client:
            assert client.get("/sandboxes").status_code == 200
        snippet = "\n".join(line[4:] for line in command.printed.splitlines() if line.startswith("    "))
        assert key not in snippet
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "XDG_STATE_HOME": str(tmp_path / "home"),
        }
        shown = subprocess.run(
            [sys.executable, "-W", "error", "-c", snippet],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert (shown.stdout, shown.stderr) == ("hello\n", "")


def test_the_key_stays_the_same_and_the_announcement_does_not(tmp_path: Path) -> None:
    announced, keys = tmp_path / "home" / "opensandbox" / "servers", set()
    for _ in range(2):
        with running(tmp_path, "--spares", "0") as command:
            (file,) = announced.iterdir()
            assert file.stat().st_mode & 0o777 == 0o600
            keys.add((tmp_path / "key").read_text())
            command.process.send_signal(signal.SIGTERM)
            assert command.process.wait(20) == 0
        assert list(announced.iterdir()) == []
    assert len(keys) == 1


def test_without_a_key_programs_get_in_and_pages_do_not(tmp_path: Path) -> None:
    with running(tmp_path, "--spares", "0", "--no-key", OPEN_SANDBOX_API_KEY="unused") as command:
        assert "other users' too" in command.printed
        url = f"{command.url}/v1/sandboxes"
        assert httpx.get(url).status_code == 200
        assert httpx.get(url, headers={"Sec-Fetch-Site": "none"}).status_code == 200
        for marks in (
            {"Origin": command.url},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "same-origin"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Referer": f"{command.url}/gateway/a/80/"},
        ):
            for method in ("GET", "POST"):
                assert_error(httpx.request(method, url, headers=marks), 403, "ORIGIN_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--no-key", "--api-key", "mine"], "--no-key and --api-key exclude each other"),
        (["--no-key", "--host", "0.0.0.0"], "reaches 0.0.0.0; leave it out"),
    ],
)
def test_no_key_where_it_makes_no_sense(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--state-dir", str(tmp_path)]) == 1
    assert words in capsys.readouterr().err


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key").write_text("known")
    (tmp_path / "key").chmod(0o644)
    assert main(["--state-dir", str(tmp_path)]) == 1
    assert "is not private: remove it" in capsys.readouterr().err


def test_given_key_is_demanded(tmp_path: Path) -> None:
    with running(tmp_path, "--spares", "0", OPEN_SANDBOX_API_KEY="from-environment") as command:
        assert 'api_key="from-environment"' in command.printed
        assert_error(httpx.get(f"{command.url}/v1/sandboxes"), 401, "MISSING_API_KEY")
    with running(tmp_path, "--spares", "0", "--api-key", "mine", OPEN_SANDBOX_API_KEY="other") as command:
        headers = {"OPEN-SANDBOX-API-KEY": "mine"}
        assert httpx.get(f"{command.url}/v1/sandboxes", headers=headers).status_code == 200


def test_other_addresses_get_a_random_key_and_any_host_name(tmp_path: Path) -> None:
    with running(tmp_path, "--spares", "0", "--host", "0.0.0.0") as command:
        found = re.search(r"API key +(\S{20,}) \(kept in ", command.printed)
        assert found
        port = command.url.rpartition(":")[2]
        assert f'domain="127.0.0.1:{port}"' in command.printed
        url = f"http://127.0.0.1:{port}/v1/sandboxes"
        assert_error(httpx.get(url), 401, "MISSING_API_KEY")
        headers = {"OPEN-SANDBOX-API-KEY": found[1], "Host": "box.example.com"}
        assert httpx.get(url, headers=headers).status_code == 200


def test_idle_server_ends_but_not_while_a_sandbox_lives(tmp_path: Path) -> None:
    with running(tmp_path, "--spares", "0", "--idle", "1") as command:
        with command.client() as client:
            api = Api(client)
            api.create()
            with pytest.raises(subprocess.TimeoutExpired):
                command.process.wait(1.5)
            api.delete_created()
        deleted = time.monotonic()
        assert command.process.wait(20) == 0
        assert time.monotonic() - deleted > 0.5


def test_state_directory_belongs_to_one_server(tmp_path: Path) -> None:
    with running(tmp_path, "--spares", "0") as command:
        with pytest.raises(AssertionError, match="ended before it was ready: 1"), running(tmp_path):
            pass
        assert httpx.get(f"{command.url}/health").status_code == 200


def test_second_signal_does_not_disturb_the_end(tmp_path: Path) -> None:
    with running(tmp_path) as command:
        with command.client() as client:
            client.post("/sandboxes", json=REQUEST)
        again = threading.Thread(target=command.process.send_signal, args=(signal.SIGINT,))
        command.process.send_signal(signal.SIGINT)
        again.start()
        again.join()
        assert command.process.wait(20) == 0
    assert list((tmp_path / "sandboxes").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "65536"], "65536"),
        (["--port", "http"], "http"),
        (["--image", "name"], "NAME=DIR"),
        (["--image", "name=/no/such/dir"], "not a directory"),
        (["--mount", "/no/such/dir"], "not a directory"),
        (["--idle", "0"], "seconds above 0"),
        (["--spares", "-1"], "--spares"),
        (["--packges", "numpy"], "unknown option --packges; did you mean '--packages'?"),
        (["shell", "--packges=numpy"], "unknown option --packges; did you mean '--packages'?"),
        (["--prot", "80"], "unknown option --prot; did you mean '--port'?"),
        (["serv"], "there is no command 'serv'; did you mean 'serve'?"),
        (["--state-dir", "/dev/shm", "claer"], "there is no command 'claer'; did you mean 'clear'?"),
        (["run"], "Missing argument 'IMAGE'"),
        (["run", "ubuntu", "--env", "A", "--", "true"], "--env: 'A' is not of the form NAME=VALUE"),
        (["--manners", "bad"], "--manners: 'bad' is not one of kind, real, old"),
        (["--start", "slow"], "--start: 'slow' is not one of fork, exec"),
        (["--upstream-ca", "/dev/null"], "--upstream-ca: '/dev/null' is no file of certificates"),
        (["kill"], "name the sandboxes to kill, or give --all"),
    ],
)
def test_wrong_options_are_refused(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("opensandbox-local: ")
    assert said.count("\n") == 1
    assert words in said


def test_host_that_is_not_here(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    arguments = ["--host", "192.0.2.1", "--state-dir", str(tmp_path)]
    shown = subprocess.run(
        [sys.executable, "-m", "opensandbox.local", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith("opensandbox-local: cannot listen on 192.0.2.1 port 8080: ")
    assert "choose another host or port" in shown.stderr
