"""The commands, as processes on pipes, against one server that they find by themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from opensandbox import SandboxSync
from opensandbox.local.__main__ import main
from tests.local.cli.conftest import PATIENCE, CommandLine, as_program
from tests.support.waiting import until


@pytest.fixture
def here(command_line: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this very process be the command line."""
    for name in ("OPEN_SANDBOX_API_KEY", "OPEN_SANDBOX_DOMAIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(command_line.home))


def test_bytes_go_through_as_they_are_and_outputs_stay_apart(command_line: CommandLine, box: str) -> None:
    sent = bytes(range(256)) * 9000  # 2.3 MB: more than the daemon holds for a program that does not read
    copy = "cat; printf 'to\\r\\nerr' >&2; exit 7"
    with command_line.start("exec", box, copy, stdin=subprocess.PIPE) as process:
        out, err = process.communicate(sent, PATIENCE)
    assert (process.returncode, out == sent, err) == (7, True, b"to\r\nerr")


def test_input_arrives_while_it_is_typed(command_line: CommandLine, box: str) -> None:
    with command_line.start("exec", box, "--", "cat", "-u", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (b"one\n", b"two\n"):
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline() == line
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_a_program_that_does_not_read_ends_when_it_likes(command_line: CommandLine, box: str) -> None:
    reading, writing = os.pipe()  # never closed while it runs
    with command_line.start("exec", box, "-w", "/", "-e", "A=b c", "pwd; echo $A", stdin=reading) as process:
        out, err = process.communicate(timeout=PATIENCE)
    os.close(reading)
    os.close(writing)
    assert (process.returncode, out, err) == (0, b"/\nb c\n", b"")


def test_run_is_a_sandbox_for_one_command(command_line: CommandLine) -> None:
    before = command_line.json("ps")
    assert command_line.run("run", "ubuntu", "--", "sh", "-c", "echo hi; kill -9 $$") == (137, "hi\n", "")
    ran = command_line.run(
        "run", "ubuntu", "--json", "-e", "A=1", "--name", "x", "echo $A; echo b >&2; exit 3"
    )
    told = json.loads(ran[1])
    assert (ran[0], told["exit_code"], told["stdout"], told["stderr"]) == (3, 3, "1\n", "b\n")
    assert command_line.json("ps") == before


def test_shell_takes_words_as_they_come(command_line: CommandLine, box: str) -> None:
    assert command_line.run("shell", "--in", box, "ls", "-d", "/usr") == (0, "/usr\n", "")
    assert command_line.run("shell", "--in", box, typed=b"echo typed\nexit 4\n") == (4, "typed\n", "")


@pytest.mark.no_cover
def test_a_signal_reaches_the_program_and_the_second_one_ends_it(command_line: CommandLine, box: str) -> None:
    for on_signal, status in (("exit 9", 9), (":", 128 + signal.SIGINT)):
        script = f"trap 'echo told; {on_signal}' INT; echo up; while :; do sleep 0.1; done"
        before = signal.signal(signal.SIGINT, signal.SIG_DFL)  # also where the tests are started to ignore it
        with command_line.start("exec", box, script) as process:
            signal.signal(signal.SIGINT, before)
            assert process.stdout is not None
            assert process.stdout.readline() == b"up\n"
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == b"told\n"
            if on_signal == ":":
                process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == status


def test_a_reader_that_leaves_ends_the_program(command_line: CommandLine, box: str) -> None:
    with command_line.start("exec", box, "yes") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"y\n"
        process.stdout.close()
        assert process.wait(PATIENCE) == 128 + signal.SIGPIPE
    assert command_line.run("exec", box, "pgrep -x yes || echo gone")[1] == "gone\n"


def test_a_command_has_so_much_time(command_line: CommandLine, box: str) -> None:
    assert command_line.run("exec", box, "--timeout", "1", "--", "sleep", "100")[0] == 124


@pytest.mark.usefixtures("here")
def test_ps_tells_what_runs(command_line: CommandLine, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-d", "--name", "worker", "--expires", "3000", "ubuntu", "exec sleep 1000"]) == 0
    ident = capfd.readouterr().out.strip()
    assert main(["ps"]) == 0
    headings, *lines = capfd.readouterr().out.splitlines()
    assert headings.split() == [
        "SANDBOX",
        "IMAGE",
        "COMMAND",
        "CREATED",
        "EXPIRES",
        "STATUS",
        "MEMORY",
        "NAME",
    ]
    (line,) = [line for line in lines if line.startswith(ident[:12])]
    for words in ("ubuntu", "sleep 1000", " ago ", "in 49 minutes", "Running", " MiB", "worker"):
        assert words in line
    (told,) = [each for each in command_line.json("ps", "--all") if each["id"] == ident]
    assert (told["name"], told["command"], told["state"]) == ("worker", ["sleep", "1000"], "Running")
    assert told["memory_mib"] > 0
    assert main(["ps", "--quiet"]) == 0
    assert ident in capfd.readouterr().out.split()
    assert main(["info", "worker"]) == 0
    assert f"id                         {ident}\n" in capfd.readouterr().out
    assert main(["info", "worker", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["backend"]["type"] == "bubblewrap"
    assert main(["kill", "worker", "nobody"]) == 1
    said = capfd.readouterr()
    assert said.out == "worker\n"
    assert said.err.startswith("opensandbox-local: there is no sandbox 'nobody'; opensandbox-local ps lists")


@pytest.mark.usefixtures("here")
def test_a_sandbox_is_paused_kept_and_resumed(
    command_line: CommandLine, capfd: pytest.CaptureFixture[str]
) -> None:
    with SandboxSync.create("ubuntu", connection_config=command_line.config) as made:
        box = made.id
    assert main(["exec", box, "--json", "echo kept > /workspace/file"]) == 0
    assert main(["pause", box[:13]]) == 0
    capfd.readouterr()
    assert main(["exec", box, "true"]) == 1
    assert f"sandbox {box} is paused; opensandbox-local resume {box}" in capfd.readouterr().err
    assert main(["ps"]) == 0
    assert "Paused" in capfd.readouterr().out
    assert main(["resume", "--json", box]) == 0
    assert json.loads(capfd.readouterr().out) == {"sandboxes": [box], "errors": []}
    assert main(["snapshot", box, "--name", "mine"]) == 0
    snapshot = capfd.readouterr().out.strip()
    assert main(["run", f"snapshot:{snapshot}", "--", "cat", "/workspace/file"]) == 0
    assert capfd.readouterr().out == "kept\n"
    assert main(["snapshot", box, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["status"]["state"] == "Ready"
    assert main(["kill", "--all"]) == 0
    assert box in capfd.readouterr().out
    assert main(["ps"]) == 0
    assert capfd.readouterr().out.count("\n") == 1


@pytest.mark.usefixtures("here")
def test_files_and_trees_are_copied_both_ways(
    box: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").write_text("content")
    assert main(["cp", str(tree / "a"), f"{box}:"]) == 0
    assert main(["cp", str(tree / "a"), f"{box}:new/b"]) == 0
    assert main(["cp", str(tree), f"{box}:/tmp", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["target"] == "/tmp/tree"
    assert main(["exec", box, "cat a new/b /tmp/tree/a"]) == 0
    assert capfd.readouterr().out == "content" * 3
    assert main(["exec", box, "mkfifo /tmp/tree/pipe"]) == 0
    assert main(["cp", f"{box}:/tmp/tree", str(tmp_path / "back")]) == 0
    assert capfd.readouterr().err == "left out, neither files nor directories nor links: pipe\n"
    assert (tmp_path / "back/a").read_text() == "content"
    assert main(["cp", f"{box}:a", str(tmp_path / "back")]) == 0
    assert main(["cp", f"{box}:a", str(tmp_path / "c")]) == 0
    assert (tmp_path / "c").read_text() == "content"
    for words, complaint in (
        (["cp", "a", "b"], "one of the two paths is in a sandbox, and written SANDBOX:PATH"),
        (
            ["cp", f"{box}:nothing", str(tmp_path)],
            "/workspace/nothing: there is no such file or directory in the",
        ),
        (["cp", str(tmp_path / "no"), f"{box}:"], "/no: there is no such file or directory on this machine"),
        (["cp", str(tree), f"{box}:a"], "/workspace/a is a file, and"),
        (["cp", f"{box}:a", "/nowhere/at/all"], "/nowhere/at"),
    ):
        assert main(words) in (1, 2)
        said = capfd.readouterr().err
        assert complaint in said
        assert said.count("\n") == 1


@pytest.mark.long
def test_logs_are_shown_and_followed(command_line: CommandLine) -> None:
    script = "echo one; echo two; until [ -e go ]; do sleep 0.1; done; echo three"
    ident = command_line.run("run", "-d", "ubuntu", script)[1].strip()
    until(lambda: command_line.run("logs", ident)[1] == "one\ntwo\n")
    assert command_line.run("logs", "-n", "1", ident)[1] == "two\n"
    assert command_line.json("logs", ident) == {"log": "one\ntwo\n"}
    with command_line.start("logs", "--follow", ident) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == [b"one\n", b"two\n"]
        command_line.run(
            "exec", ident, "touch go"
        )  # the sandbox ends with its main program, maybe before this does
        assert process.stdout.readline() == b"three\n"
        assert process.wait(PATIENCE) == 0


@pytest.mark.usefixtures("here")
def test_logs_of_a_command_in_the_background(box: str, capfd: pytest.CaptureFixture[str]) -> None:
    from opensandbox.local.cli.finding import inside

    with inside(None, box) as sandbox:
        started = sandbox.commands.start("echo out")
        started.wait(PATIENCE)
    for words in (
        ["logs", box, "--command", started.execution_id],
        ["logs", box, "-f", "--command", started.execution_id],
    ):
        assert main(words) == 0
        assert capfd.readouterr().out == "out\n"
    assert main(["logs", box, "-f", "--json", "--command", started.execution_id]) == 0
    assert json.loads(capfd.readouterr().out) == {"log": "out\n"}


@pytest.mark.usefixtures("here")
def test_doctor_and_version(capfd: pytest.CaptureFixture[str], command_line: CommandLine) -> None:
    status = main(["doctor", "--json"])
    told = json.loads(capfd.readouterr().out)
    assert [each for each in told["findings"] if each["outcome"] == "missing"] == []
    assert (status, told["able"]) == (0, True)
    found = {each["about"]: each["outcome"] for each in told["findings"]}
    assert found["isolation"] == found["coreutils"] == found["bubblewrap"] == "ok"
    assert {"memory limit", "cpu limit", "process limit", "users", "system calls", "network"} <= set(found)
    assert len(told["servers"]) == 1
    assert main(["doctor", "--state-dir", "/proc/none"]) == 1
    shown = capfd.readouterr().out
    assert "missing  isolation" in shown
    assert "No server can start here before what is missing is mended." in shown
    assert main(["version"]) == 0
    assert capfd.readouterr().out.startswith("opensandbox 1.")
    assert main(["version", "--json"]) == 0
    assert set(json.loads(capfd.readouterr().out)) == {"opensandbox", "python"}


@pytest.mark.long
def test_completion_in_bash(command_line: CommandLine, box: str, tmp_path: Path) -> None:
    script = """
eval "$(_OPENSANDBOX_LOCAL_COMPLETE=source_bash opensandbox-local)"
complete -p opensandbox-local >&2
try() {
  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
  _opensandbox_local_completion opensandbox-local
  echo "${COMPREPLY[@]}"
}
try opensandbox-local pa
try opensandbox-local run --time
try opensandbox-local kill "$BEGINNING"
"""
    done = subprocess.run(
        ["bash", "-c", script],
        env={
            **command_line.environment,
            "PATH": f"{as_program(tmp_path)}:{os.environ['PATH']}",
            "BEGINNING": box[:20],
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout.splitlines() == ["pause", "--timeout", box], done.stderr
