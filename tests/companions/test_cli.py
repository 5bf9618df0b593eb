"""`osb`, the published command line, as a shell meets it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

RUNNER = Path(__file__).parent / "programs/run_commands.py"
SECRET = "s3cret-of-the-vault"


class CommandLine:
    """Runs `osb` with everything that it needs to find the server."""

    def __init__(self, programs: Path, environment: dict[str, str], directory: Path) -> None:
        self.directory = directory
        self._programs = programs
        self._environment = environment
        self.runner = self._start(programs / "python", RUNNER, "osb")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it as a shell does; the other methods spare loading its modules again."""
        return self._start(self._programs / "osb", *arguments)

    def fail(self, *arguments: str) -> str:
        """Return what it says when it cannot do it."""
        status, out, err = self._run(arguments)
        assert status == 1, out + err
        return out + err

    def text(self, *arguments: str) -> str:
        """Return what it prints."""
        status, out, err = self._run(arguments)
        assert status == 0, out + err
        return out

    def json(self, *arguments: str) -> Any:
        """Return what it prints as JSON."""
        return json.loads(self.text(*arguments, "-o", "json"))

    def file(self, name: str, content: object) -> str:
        """Write a file to be passed to it, and return its name."""
        (self.directory / name).write_text(content if isinstance(content, str) else json.dumps(content))
        return name

    def _start(self, *command: str | Path) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self._environment, cwd=self.directory, stdin=pipe, stdout=pipe, text=True
        )

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        self.runner.stdin.write(json.dumps(arguments) + "\n")
        self.runner.stdin.flush()
        status, out, err = json.loads(self.runner.stdout.readline())
        return status, out, err


@pytest.fixture(scope="module")
def osb(
    programs: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CommandLine]:
    commands = CommandLine(programs, environment, tmp_path_factory.mktemp("cli"))
    with commands.runner:  # leaving it closes its input, which ends it
        yield commands


@pytest.fixture(scope="module")
def sandbox(osb: CommandLine) -> str:
    """The id of a sandbox that the tests share, made by the command line itself."""
    policy = osb.file("policy.json", {"defaultAction": "allow", "egress": []})
    made = osb.json(
        *("sandbox", "create", "--image", "ubuntu", "--timeout", "10m", "--env", "COLOUR=blue"),
        *("--metadata", "owner=cli", "--network-policy-file", policy, "--credential-proxy"),
    )
    return str(made["id"])


def state(osb: CommandLine, sandbox: str) -> str:
    return str(osb.json("sandbox", "get", sandbox)["status"]["state"])


def test_a_new_sandbox_is_listed(osb: CommandLine, sandbox: str) -> None:
    listed = osb.json("sandbox", "list", "--metadata", "owner=cli")
    assert [item["id"] for item in listed["items"]] == [sandbox]
    assert osb.json("sandbox", "list", "--metadata", "owner=nobody")["items"] == []


def test_a_command_prints_what_it_printed_and_a_failure_shows(osb: CommandLine, sandbox: str) -> None:
    assert osb.text("command", "run", sandbox, "--", "printenv", "COLOUR") == "blue\n"
    assert "CommandExecError: 3" in osb.fail("command", "run", sandbox, "--", "exit", "3")


def test_files_travel_both_ways(osb: CommandLine, sandbox: str) -> None:
    source = osb.file("source.txt", "héllo\n")
    osb.json("file", "upload", sandbox, source, "/tmp/copy.txt")
    osb.json("file", "replace", sandbox, "/tmp/copy.txt", "--old", "llo", "--new", "y")
    assert osb.text("file", "cat", sandbox, "/tmp/copy.txt") == "héy\n"
    osb.json("file", "download", sandbox, "/tmp/copy.txt", "back.txt")
    assert (osb.directory / "back.txt").read_text() == "héy\n"
    (found,) = osb.json("file", "search", sandbox, "/tmp", "--pattern", "cop*")
    assert (found["path"], found["size"]) == ("/tmp/copy.txt", 5)
    osb.json("file", "rm", sandbox, "/tmp/copy.txt")
    assert "404" in osb.fail("file", "cat", sandbox, "/tmp/copy.txt")


def test_a_sandbox_pauses_and_goes_on(osb: CommandLine, sandbox: str) -> None:
    osb.json("sandbox", "pause", sandbox)
    assert state(osb, sandbox) == "Paused"
    osb.json("sandbox", "resume", sandbox)
    assert state(osb, sandbox) == "Running"
    assert osb.json("sandbox", "health", sandbox)["healthy"] is True


def test_a_snapshot_becomes_a_sandbox_and_both_end(osb: CommandLine, sandbox: str) -> None:
    osb.json("file", "write", sandbox, "/root/kept", "--content", "kept")
    snapshot = osb.json("snapshot", "create", sandbox, "--name", "before")["id"]
    listed = osb.json("snapshot", "list", "--sandbox-id", sandbox)["items"]
    assert [item["id"] for item in listed] == [snapshot]
    restored = osb.json("sandbox", "create", "--snapshot-id", snapshot)["id"]
    assert osb.text("file", "cat", restored, "/root/kept") == "kept"
    osb.json("sandbox", "kill", restored)
    assert "404" in osb.fail("sandbox", "get", restored)
    osb.json("snapshot", "delete", snapshot)
    assert osb.json("snapshot", "list", "--sandbox-id", sandbox)["items"] == []


def test_egress_rules_are_added_and_shown(osb: CommandLine, sandbox: str) -> None:
    osb.json("egress", "patch", sandbox, "--rule", "deny=evil.example.com")
    policy = osb.json("egress", "get", sandbox)
    assert policy == {
        "default_action": "allow",
        "egress": [{"action": "deny", "target": "evil.example.com", "ports": None}],
    }


def test_the_vault_is_filled_changed_and_dropped_and_shows_no_secret(osb: CommandLine, sandbox: str) -> None:
    content = {
        "credentials": [{"name": "token", "source": {"type": "inline", "value": SECRET}}],
        "bindings": [
            {
                "name": "api",
                "match": {"hosts": ["api.example.com"]},
                "auth": {"type": "bearer", "credential": "token"},
            }
        ],
    }
    vault = ("credential-vault",)
    shown = [osb.text(*vault, "create", sandbox, "--file", osb.file("vault.json", content), "-o", "json")]
    shown.append(osb.text(*vault, "credential", "list", sandbox, "-o", "json"))
    assert [item["name"] for item in json.loads(shown[-1])] == ["token"]
    assert SECRET not in "".join(shown)
    change = {"expectedRevision": 1, "bindings": {"delete": ["api"]}, "credentials": {"delete": ["token"]}}
    changed = osb.json(*vault, "patch", sandbox, "--file", osb.file("change.json", change))
    assert (changed["revision"], changed["credentials"], changed["bindings"]) == (2, [], [])
    osb.json(*vault, "delete", sandbox)
    assert "404" in osb.fail(*vault, "get", sandbox)


def test_metrics_come_once_and_as_a_stream(osb: CommandLine, sandbox: str) -> None:
    once = osb.json("sandbox", "metrics", sandbox)
    assert once["cpu_count"] > 0
    # It leaves the SDK here and goes to the daemon by itself.
    with osb.start("sandbox", "metrics", sandbox, "--watch", "-o", "json") as watching:
        assert watching.stdout is not None
        first = watching.stdout.readline()
        watching.terminate()
    assert json.loads(first).keys() == once.keys()


def test_the_sandbox_ends_when_it_is_killed(osb: CommandLine, sandbox: str) -> None:
    osb.json("sandbox", "kill", sandbox)
    assert osb.json("sandbox", "list")["items"] == []
