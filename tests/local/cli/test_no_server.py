"""What commands say where no server runs, or several do, and where this machine is in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opensandbox.config.local_servers import RunningServer
from opensandbox.local.__main__ import main
from opensandbox.local.cli import finding
from opensandbox.local.cli.errors import CommandError


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (
            ["ps"],
            1,
            "no server of yours runs on this machine; start one with opensandbox-local, or name one with",
        ),
        (["exec", "box", "ls"], 1, "no server of yours runs"),
        (["run", "-d", "ubuntu"], 1, "no server of yours runs"),
        (["ps", "--domain", "1"], 1, "localhost:1"),
        (["shell", "--in", "x", "--packages", "numpy"], 2, "--packages is for new sandboxes"),
        (["run", "--domain", "1", "x=/", "ls"], 2, "--packages and NAME=DIR need a server of their own"),
        (["shell", "--image", "x=/no/such/dir"], 255, "--image: '/no/such/dir' is not a directory"),
        (["run", "--domain", "1", "ubuntu", "ls"], 255, "localhost:1"),
        (["--state-dir", "/proc/x", "--no-key", "--port", "0"], 1, "/proc/x"),
        (["--state-dir", "/dev/null/x", "--port", "0"], 1, "the key cannot be kept in the state directory"),
        (["--state-dir", "/dev/null/x", "--no-key", "--port", "0"], 1, "/dev/null"),
    ],
)
def test_one_line_says_why(
    words: list[str], status: int, complaint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == status
    said = capfd.readouterr().err
    assert said.startswith("opensandbox-local: ")
    assert complaint in said
    assert said.count("\n") == 1


def test_without_coreutils(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--state-dir", str(tmp_path / "state"), "--port", "0"]) == 1
    assert capfd.readouterr().err == "opensandbox-local: cp and rm not found on PATH; install GNU coreutils\n"
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capfd.readouterr().out)
    assert not told["able"]
    assert told["findings"][0] == {
        "about": "coreutils",
        "outcome": "missing",
        "says": "not found: cp, rm",
        "advice": "install GNU coreutils (apt-get install coreutils)",
    }


def servers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    running = [RunningServer(address, 1, "1", "key", "/state") for address in addresses]
    monkeypatch.setattr("opensandbox.config.local_servers.running_servers", lambda: running)


def test_the_usual_port_is_meant_among_several(monkeypatch: pytest.MonkeyPatch) -> None:
    servers(monkeypatch, "127.0.0.1:9000", "127.0.0.1:8080")
    assert finding.find_server().port == 8080
    servers(monkeypatch, "127.0.0.1:9000", "127.0.0.1:9001")
    with pytest.raises(
        CommandError, match=r"ports 9000 \(/state\), 9001 \(/state\); name one with --domain PORT"
    ):
        finding.find_server()


@pytest.mark.parametrize(
    ("address", "domain"),
    [("0.0.0.0:9000", "127.0.0.1:9000"), ("[::]:9000", "127.0.0.1:9000"), ("[::1]:9000", "[::1]:9000")],
)
def test_what_is_listened_on_is_not_always_what_is_asked(
    monkeypatch: pytest.MonkeyPatch, address: str, domain: str
) -> None:
    servers(monkeypatch, address)
    config = finding.find_connection(None)
    assert (config.domain, config.api_key) == (domain, "key")


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
def test_a_time_that_is_none_is_refused_before_anything_starts(
    seconds: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "ubuntu", "--timeout", seconds, "--", "true"]) == 2
    assert "is no number of seconds above 0" in capfd.readouterr().err
