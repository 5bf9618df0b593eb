# Generated from tests/_async/run/test_commands_real.py by scripts/unasync.py. Do not edit.
"""Commands in a real sandbox of the embedded server."""

from __future__ import annotations

import io
import pickle
import re
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest

from opensandbox import SandboxSync
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    CommandFailedException,
    CommandKilledException,
    CommandTimedOutException,
    InvalidArgumentException,
    SandboxException,
)
from opensandbox.local import LocalServer
from opensandbox.models import ExecutionHandlersSync
from opensandbox.models.execd import OutputMessage, RunCommandOpts

PATIENCE = 20.0


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as server:
        yield server


@pytest.fixture
def commands(server: LocalServer) -> Iterator[Any]:
    config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
    sandbox = SandboxSync.create("ubuntu", connection_config=config)
    try:
        yield sandbox.commands
    finally:
        sandbox.destroy()


def test_both_outputs_and_the_exit_code_come_back(commands: Any) -> None:
    execution = commands.run("echo one; echo two >&2; exit 3")
    assert "".join(message.text for message in execution.logs.stdout).strip() == "one"
    assert "".join(message.text for message in execution.logs.stderr).strip() == "two"
    assert execution.exit_code == 3
    assert execution.id


def test_arguments_reach_the_program_as_they_are(commands: Any) -> None:
    execution = commands.run(["printf", "[%s]", "$HOME", "a  b", "", "'\"*;é🌍"])
    assert execution.text == "[$HOME][a  b][]['\"*;é🌍]"


def test_a_command_gets_its_directory_and_variables(commands: Any) -> None:
    opts = RunCommandOpts(working_directory="/usr/bin", envs={"WORD": "it's $HOME"})
    execution = commands.run("pwd; printenv WORD", opts=opts)
    assert execution.text.split("\n") == ["/usr/bin", "it's $HOME"]


def test_a_failing_command_can_be_an_error(commands: Any) -> None:
    with pytest.raises(CommandFailedException, match=r"exit code 2: .*\ngoodbye") as caught:
        commands.run("echo goodbye >&2; exit 2", check=True)
    assert caught.value.exit_code == 2


def test_much_output_arrives_complete_and_in_order(commands: Any) -> None:
    execution = commands.run("seq 1 20000")
    assert execution.text.split() == [str(number) for number in range(1, 20001)]


def test_a_long_line_arrives_in_one_piece_of_text(commands: Any) -> None:
    execution = commands.run("head -c 3000000 /dev/zero | tr '\\0' x")
    assert "".join(message.text for message in execution.logs.stdout) == "x" * 3_000_000


def test_output_is_handed_over_while_the_command_runs(commands: Any) -> None:
    commands.run("mkfifo /tmp/go", check=True)
    with commands.stream("echo ready; read word < /tmp/go; echo $word") as events:
        lines = []
        for event in events:
            if isinstance(event, OutputMessage):
                lines.append(event.text.strip())
                if lines == ["ready"]:
                    # The command waits for this, so the line cannot have come at its end.
                    commands.run("echo done > /tmp/go", check=True)
    assert lines == ["ready", "done"]
    assert events.exit_code == 0


def test_a_handler_can_talk_to_the_command_that_it_hears_from(commands: Any) -> None:
    commands.run("mkfifo /tmp/go", check=True)
    heard = []

    def answer(message: OutputMessage) -> None:
        heard.append(message.text.strip())
        if len(heard) == 1:
            commands.run("echo done > /tmp/go", check=True)

    commands.run(
        "echo ready; read word < /tmp/go; echo $word", handlers=ExecutionHandlersSync(on_stdout=answer)
    )
    assert heard == ["ready", "done"]


def test_a_stream_left_early_stops_the_command(commands: Any) -> None:
    with commands.stream("echo ready; exec sleep 1000") as events:
        for event in events:
            if isinstance(event, OutputMessage):
                break
    status = commands.attach(events.execution_id).wait(PATIENCE)
    assert status.running is False
    assert status.exit_code == -1


def test_a_detached_command_goes_on_until_it_is_interrupted(commands: Any) -> None:
    with commands.stream("echo ready; exec sleep 1000", detach=True) as events:
        for event in events:
            if isinstance(event, OutputMessage):
                break
    handle = commands.attach(events.execution_id)
    assert (handle.status()).running is True
    handle.interrupt()
    assert (handle.wait(PATIENCE)).exit_code == -1


def test_the_logs_of_a_background_command_are_followed_to_its_end(commands: Any) -> None:
    commands.run("mkfifo /tmp/go", check=True)
    handle = commands.start("echo é1; read word < /tmp/go; echo $word >&2; seq 1 5000; exit 4")
    text = ""
    for piece in handle.logs():
        if not text:
            assert (handle.status()).running is True
            commands.run("echo zwei > /tmp/go", check=True)
        text += piece
    assert text.split() == ["é1", "zwei", *(str(number) for number in range(1, 5001))]
    assert (handle.wait(PATIENCE)).exit_code == 4


def test_a_background_run_can_be_attached_to(commands: Any) -> None:
    execution = commands.run("echo there; exit 5", opts=RunCommandOpts(background=True))
    assert execution.exit_code is None
    assert (commands.attach(execution.id).wait(PATIENCE)).exit_code == 5
    logs = commands.get_background_command_logs(execution.id)
    assert logs.content.strip() == "there"
    more = commands.get_background_command_logs(execution.id, logs.cursor)
    assert (more.content, more.cursor) == ("", logs.cursor)


def test_the_time_of_a_command_is_limited_by_the_daemon(commands: Any) -> None:
    execution = commands.run("sleep 1000", opts=RunCommandOpts(timeout=timedelta(seconds=0.2)))
    assert execution.exit_code == -1


@pytest.mark.parametrize("value", ["plain", 'it\'s\n$HOME\t`id` \\ "x"', "é🌍", ""])
def test_a_variable_is_there_for_later_commands(commands: Any, value: str) -> None:
    commands.set_env("WORD", value)
    execution = commands.run(["sh", "-c", 'printf "[%s]" "$WORD"'])
    assert execution.text == f"[{value}]"


def test_a_session_remembers_directory_and_variables(commands: Any) -> None:
    with commands.session(working_directory="/tmp/new") as shell:
        shell.run("export WORD=kept; cd /usr")
        execution = shell.run("echo $WORD in $PWD; exit 6")
    assert (execution.text, execution.exit_code) == ("kept in /usr", 6)
    with pytest.raises(SandboxException):
        commands.run_in_session(shell.session_id, "true")


def test_a_program_that_does_not_exist_is_a_failure_without_exit_code(commands: Any) -> None:
    execution = commands.run(["/no/such/program"])
    assert execution.error is not None
    assert execution.exit_code is None
    with pytest.raises(CommandFailedException, match="could not be run"):
        commands.run(["/no/such/program"], check=True)


@pytest.mark.parametrize("manners", ["kind", "real"])
def test_an_execution_has_what_a_subprocess_has(manners: Any) -> None:
    with LocalServer(manners=manners) as server:
        config = ConnectionConfigSync(domain=server.domain, api_key=server.api_key)
        with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
            done = sandbox.commands.run("echo one; echo; printf two; echo no >&2")
            assert (done.stdout, done.stderr, done.ok) == ("one\n\ntwo", "no\n", True)
            assert sorted(done.output.replace("two", "two\n").splitlines()) == ["", "no", "one", "two"]
            late = sandbox.commands.run("echo begun; sleep 1000", opts={"timeout": 0.5})
            assert (late.stdout, late.timed_out, late.ok) == ("begun\n", True, False)
            killed = sandbox.commands.run("kill -9 $$", opts={"timeout": 500})
            assert (killed.timed_out, killed.oom_killed) == (False, None)
            assert killed.signal is late.signal is signal.SIGKILL
            assert late.duration is not None
            assert killed.duration is not None
            assert late.duration >= timedelta(seconds=0.5) > killed.duration
            code = sandbox.code.run("print('a', end=''); print('b')")
            assert (code.stdout, code.ok) == ("ab\n", True)


@pytest.fixture(scope="module", params=["kind", "real"])
def either(request: pytest.FixtureRequest) -> Iterator[LocalServer]:
    with LocalServer(manners=request.param) as server:
        yield server


@pytest.fixture
def sandbox(either: LocalServer) -> Iterator[SandboxSync]:
    config = ConnectionConfigSync(domain=either.domain, api_key=either.api_key)
    with SandboxSync.ephemeral("ubuntu", connection_config=config) as sandbox:
        yield sandbox


def left_behind(sandbox: SandboxSync) -> str:
    return (sandbox.commands.run("ls -A /tmp | grep opensandbox-input")).stdout


def test_arguments_are_those_of_subprocess(sandbox: SandboxSync) -> None:
    done = sandbox.commands.run("pwd; printenv WORD", cwd=PurePosixPath("/usr"), env={"WORD": "x y"})
    assert done.stdout == "/usr\nx y\n"
    with pytest.raises(TimeoutError) as caught:
        sandbox.commands.run("echo begun; sleep 1000", timeout=0.5, check=True)
    assert isinstance(caught.value, CommandTimedOutException)
    assert caught.value.execution is not None
    assert caught.value.execution.stdout == "begun\n"
    assert pickle.loads(pickle.dumps(caught.value)).args == caught.value.args
    with pytest.raises(CommandKilledException) as killed:
        sandbox.commands.run("kill -TERM $$", check=True)
    assert killed.value.signal is signal.SIGTERM


def test_a_command_reads_its_input(sandbox: SandboxSync) -> None:
    assert (sandbox.commands.run("cat", input="é\n")).stdout == "é\n"
    assert (sandbox.commands.run(["wc", "-c"], input=b"\0" * 3_000_000)).stdout.strip() == "3000000"
    file = io.BytesIO(b"one\ntwo\n")
    assert (sandbox.commands.run("read a; read b; echo $b $a", input=file)).stdout == "two one\n"
    assert (sandbox.commands.run("cat; exit 3", input="x")).exit_code == 3
    with pytest.raises(SandboxException):
        sandbox.commands.run("cat", input="x", cwd="/not/there")
    assert left_behind(sandbox) == ""


def test_a_command_runs_as_a_user_by_name(sandbox: SandboxSync) -> None:
    done = sandbox.commands.run("id -u; cat", user="root", input="x")
    assert done.stdout == "0\nx"
    assert (sandbox.commands.run("id -u; id -g", user="0:root")).stdout == "0\n0\n"
    with pytest.raises(InvalidArgumentException, match="user 'nobody-here' is not known in the sandbox"):
        sandbox.commands.run("id", user="nobody-here")
    with pytest.raises(InvalidArgumentException, match="no group of this name"):
        sandbox.commands.start("id", user="root:nobody-here")
    assert left_behind(sandbox) == ""


def test_functions_of_text_get_the_output_as_it_comes(sandbox: SandboxSync) -> None:
    lines: list[str] = []
    errors: list[str] = []

    def complain(text: str) -> None:
        errors.append(text)

    done = sandbox.commands.run(
        "echo one; echo; echo two; echo no >&2", on_stdout=lines.append, on_stderr=complain
    )
    assert (lines, errors, done.stdout) == (["one", "", "two"], ["no"], "one\n\ntwo\n")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cwd": "/a", "opts": {"working_directory": "/a"}}, "cwd='/a' and opts.working_directory"),
        ({"env": {}, "opts": {"envs": {"A": "1"}}}, "env={} and opts.envs"),
        ({"env": {"A=B": "1"}}, "env has 'A=B'"),
        ({"env": {"A": "\0"}}, "env has 'A'"),
        ({"opts": {"envs": {"": "1"}}}, "opts.envs has ''"),
        ({"timeout": 1, "opts": {"timeout": 2}}, "timeout=1 and opts.timeout"),
        ({"user": "root", "opts": {"uid": 0}}, "user='root' and opts.uid"),
        ({"user": "a b"}, "user must be a name"),
        ({"user": "a:"}, "name:group"),
        ({"user": -1}, "user must be an integer between"),
        ({"timeout": -1}, "timeout"),
        ({"cwd": 5}, "cwd must be a directory"),
        ({"env": {"A": 1}}, "env must map strings to strings"),
        ({"input": 5}, "input must be text, bytes or a file"),
        ({"input": "x", "user": 1, "opts": {"background": True}}, "input for another user in the background"),
        ({"on_stdout": "print"}, "on_stdout must be a function"),
        ({"on_stdout": print, "handlers": {"on_stdout": print}}, "on_stdout and handlers.on_stdout"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(commands: Any, given: Any, words: str) -> None:
    with pytest.raises(InvalidArgumentException, match=re.escape(words)):
        commands.run("true", **given)
