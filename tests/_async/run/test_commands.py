"""`sandbox.commands.run`: what is sent, what comes back, and every way in which a stream can fall short."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from opensandbox.exceptions import (
    CommandFailedException,
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    MalformedEventException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxException,
    SandboxInvalidRequestException,
    SandboxTimeoutException,
    StreamTimeoutException,
)
from opensandbox.models import ExecutionHandlers
from opensandbox.models.execd import Execution, RunCommandOpts
from tests._async.scripted_commands import commands_of
from tests.support.commands import (
    COMPLETE,
    EXIT_7,
    FRAMINGS,
    INIT,
    KILLED,
    OUTCOMES,
    PING,
    STDERR,
    STDOUT,
    SUCCESS,
)
from tests.support.scripted_server import (
    CLOSE,
    CUT,
    HOLD,
    Answer,
    ScriptedServer,
    Step,
    events_answer,
    json_answer,
)

pytestmark = pytest.mark.anyio

RUN = "POST /command"
STATUS = "GET /command/status/ex-1"
BROKEN = [CUT, CLOSE]


@pytest.mark.parametrize("encode", FRAMINGS.values(), ids=FRAMINGS.keys())
@pytest.mark.parametrize(("events", "expected"), OUTCOMES, ids=["success", "exit 7", "killed"])
async def test_an_execution_is_what_its_events_tell(
    events: list[dict[str, Any]], expected: Execution, encode: Callable[[str], str]
) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*events, encode=encode))
        async with commands_of(server) as commands:
            assert await commands.run("echo hi") == expected
    assert server.lines() == ["POST /command"]


@pytest.mark.parametrize(
    ("command", "opts", "body"),
    [
        ("echo hi", None, {"command": "echo hi"}),
        (["ls", "-l", ""], None, {"argv": ["ls", "-l", ""]}),
        ("ls", RunCommandOpts(background=True), {"command": "ls", "background": True}),
        (
            "ls",
            RunCommandOpts(
                working_directory="/w", timeout=timedelta(seconds=1.5), uid=1, gid=2, envs={"A": "1"}
            ),
            {"command": "ls", "cwd": "/w", "timeout": 1500, "uid": 1, "gid": 2, "envs": {"A": "1"}},
        ),
        ("ls", {"working_directory": "/w"}, {"command": "ls", "cwd": "/w"}),
    ],
)
async def test_a_run_sends(command: Any, opts: Any, body: dict[str, Any]) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS))
        async with commands_of(server) as commands:
            await commands.run(command, opts=opts)
    [request] = server.requests
    assert request.json == body
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["accept"] == "text/event-stream"
    assert headers["cache-control"] == "no-cache"
    assert headers["content-type"] == "application/json"
    assert headers["x-endpoint"] == "44772"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"command": " "}, "command must not be blank"),
        ({"command": []}, "command must name a program"),
        ({"command": ["a", 1]}, r"command\[1\]"),
        ({"command": "ls", "opts": 5}, "opts must be a RunCommandOpts"),
        ({"command": "ls", "opts": {"timeout": "soon"}}, "opts is not a valid RunCommandOpts: timeout"),
        (
            {"command": "ls", "opts": RunCommandOpts(timeout=timedelta(seconds=-1))},
            "timeout must be zero or more",
        ),
        ({"command": "ls", "handlers": print}, "handlers must be ExecutionHandlers"),
        ({"command": "ls", "max_output": 0}, "max_output must be"),
        ({"command": "ls", "idle_timeout": 0}, "idle_timeout must be greater than zero"),
        ({"command": "ls", "request_timeout": "1"}, "request_timeout must be a timedelta"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    arguments: dict[str, Any], complaint: str
) -> None:
    with ScriptedServer() as server:
        async with commands_of(server) as commands:
            with pytest.raises(InvalidArgumentException, match=complaint):
                await commands.run(**arguments)
    assert server.requests == []


async def test_a_background_run_returns_once_it_has_started() -> None:
    closed: list[bool] = []
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, PING, COMPLETE, HOLD, lambda: closed.append(True)))
        async with commands_of(server) as commands:
            execution = await commands.run("sleep 60", opts=RunCommandOpts(background=True))
            assert not closed
    assert (execution.id, execution.exit_code) == ("ex-1", None)
    assert execution.complete is not None


async def test_a_checked_command_that_fails_is_raised_with_its_output() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDERR, EXIT_7))
        async with commands_of(server) as commands:
            with pytest.raises(CommandFailedException, match=r"exit code 7 \(t\): make test\ntwo") as caught:
                await commands.run("make test", check=True)
    assert caught.value.exit_code == 7
    assert caught.value.execution == OUTCOMES[1][1]


async def test_a_checked_command_that_succeeds_is_returned() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS))
        async with commands_of(server) as commands:
            assert (await commands.run("true", check=True)).exit_code == 0


async def test_output_can_be_limited() -> None:
    pieces = [{"type": "stdout", "text": f"{number:05}", "timestamp": number} for number in range(1000)]
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, *pieces, COMPLETE))
        async with commands_of(server) as commands:
            execution = await commands.run("seq", max_output=20)
    text = "".join(message.text for message in execution.logs.stdout)
    assert text == "0000000001\n[... 4980 characters of output dropped ...]\n0099800999"


@pytest.mark.parametrize("ending", [*BROKEN, None], ids=["reset", "closed", "ended"])
async def test_a_stream_without_a_final_event_is_raised_with_what_it_brought(ending: Step | None) -> None:
    events: list[Any] = [INIT, STDOUT, *([ending] if ending else [])]
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*events))
        async with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException, match=r"ex-1.*the outcome is unknown") as caught:
                await commands.run("make")
    failure = caught.value
    assert failure.execution_id == "ex-1"
    assert failure.execution is not None
    assert failure.execution.text == "one"
    assert failure.execution.exit_code is None
    assert failure.is_resumable
    assert not failure.is_retryable
    twin = pickle.loads(pickle.dumps(failure))
    assert (str(twin), twin.execution, twin.is_resumable) == (str(failure), failure.execution, False)
    assert server.lines() == ["POST /command"], "a run is never repeated, nor stopped because nobody listens"


@pytest.mark.parametrize("ending", BROKEN, ids=["reset", "closed"])
@pytest.mark.parametrize("outcome", [COMPLETE, EXIT_7, KILLED], ids=["complete", "exit 7", "killed"])
async def test_a_connection_that_breaks_after_the_final_event_does_no_harm(
    outcome: dict[str, Any], ending: Step
) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, outcome, b'{"type":"pi', ending))
        async with commands_of(server) as commands:
            execution = await commands.run("make")
    assert (execution.complete is not None) == (outcome is COMPLETE)
    assert (execution.error is not None) == (outcome is not COMPLETE)


async def test_the_last_event_needs_no_empty_line() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, b'{"type":"execution_complete","timestamp":2}'))
        async with commands_of(server) as commands:
            assert (await commands.run("make")).exit_code == 0


async def test_an_event_that_was_cut_off_is_no_event() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, b'{"type":"execution_comp'))
        async with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException) as caught:
                await commands.run("make")
    assert type(caught.value) is IncompleteStreamException


async def test_an_empty_stream_names_no_execution_and_cannot_be_resumed() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer())
        async with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException) as caught:
                await commands.run("make")
            assert caught.value.execution_id is None
            assert not caught.value.is_resumable
            with pytest.raises(SandboxException, match="only a command that has told its id"):
                await caught.value.resume()


async def test_a_lost_command_is_resumed_by_its_status() -> None:
    running = {"id": "ex-1", "running": True, "started_at": "2026-01-02T03:04:05Z"}
    ended = {**running, "running": False, "exit_code": 7, "finished_at": "2026-01-02T03:04:06Z"}
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, CUT))
        server.answer(STATUS, json_answer(running), json_answer(running), json_answer(ended))
        async with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException) as caught:
                await commands.run("make")
            execution = await caught.value.resume(timeout=30)
    assert execution.exit_code == 7
    assert execution.text == "one"
    assert execution.error.name == "CommandExecError"
    assert server.lines() == ["POST /command"] + ["GET /command/status/ex-1"] * 3


async def test_resuming_takes_no_longer_than_allowed() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, CUT))
        server.answer(STATUS, json_answer({"id": "ex-1", "running": True}))
        async with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException) as caught:
                await commands.run("make")
            with pytest.raises(SandboxTimeoutException, match=r"ex-1 still runs after 0\.05 s"):
                await caught.value.resume(timeout=0.05)


async def test_a_malformed_event_is_raised_after_those_before_it_were_handled() -> None:
    seen = []

    async def note(event: object) -> None:
        seen.append(event)

    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, b"not json\n\n", STDERR, COMPLETE))
        async with commands_of(server) as commands:
            with pytest.raises(MalformedEventException, match="not json") as caught:
                await commands.run("make", handlers=ExecutionHandlers(on_stdout=note, on_stderr=note))
    assert caught.value.received == b"not json"
    assert caught.value.execution is not None
    assert caught.value.execution.text == "one"
    assert [type(event).__name__ for event in seen] == ["OutputMessage"]


@pytest.mark.parametrize("end", [b"", b"\n\n"], ids=["at the end", "in the middle"])
async def test_an_error_envelope_in_the_stream_is_a_failure(end: bytes) -> None:
    envelope = b'{"code":"RUNTIME_ERROR","message":"timeout after 1s"}'
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, envelope + end))
        async with commands_of(server) as commands:
            with pytest.raises(ExecutionAbortedException, match="timeout after 1s") as caught:
                await commands.run("make")
    assert isinstance(caught.value, SandboxApiException)
    assert caught.value.error.code == "RUNTIME_ERROR"
    assert caught.value.response_body == envelope
    assert caught.value.execution is not None
    assert caught.value.execution.text == "one"


@pytest.mark.parametrize("limit", [{"idle_timeout": 0.1}, {"request_timeout": 0.1}], ids=repr)
async def test_waiting_for_a_silent_stream_can_be_limited(limit: dict[str, Any]) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        async with commands_of(server) as commands:
            with pytest.raises(StreamTimeoutException, match="ex-1") as caught:
                await commands.run("make", **limit)
    assert isinstance(caught.value, SandboxTimeoutException)
    assert caught.value.execution is not None
    assert caught.value.execution.text == "one"
    assert caught.value.is_resumable
    assert server.lines() == ["POST /command"]


async def test_keep_alives_count_as_signs_of_life_but_not_against_the_total() -> None:
    with ScriptedServer() as server:
        pings: list[Any] = [PING, lambda: server.wait(0.02)] * 500
        server.answer(RUN, events_answer(INIT, *pings))
        async with commands_of(server) as commands:
            with pytest.raises(StreamTimeoutException):
                await commands.run("make", idle_timeout=1, request_timeout=0.2)


async def test_a_command_may_take_longer_than_a_request() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, lambda: server.wait(0.6), STDOUT, COMPLETE))
        async with commands_of(server, request_timeout=0.2) as commands:
            assert (await commands.run("make")).text == "one"


async def test_the_beginning_of_an_answer_may_not() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, replace(events_answer(INIT, COMPLETE), before=server.wait))
        async with commands_of(server, request_timeout=0.2) as commands:
            with pytest.raises(SandboxTimeoutException, match="look whether it happened"):
                await commands.run("make")


async def test_a_stream_that_is_not_closed_after_its_final_event_is_not_waited_for() -> None:
    closed: list[bool] = []
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, HOLD, lambda: closed.append(True)))
        async with commands_of(server) as commands:
            assert (await commands.run("make")).exit_code == 0
            assert not closed


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (
            json_answer({"code": "BAD", "message": "m"}, 400, **{"X-Request-ID": "rq"}),
            SandboxInvalidRequestException,
            "BAD",
        ),
        (json_answer({"code": "RUNTIME_ERROR", "message": "m"}, 500), SandboxApiException, "RUNTIME_ERROR"),
        (json_answer({"code": "ODD", "message": "m"}, 202), SandboxApiException, "ODD"),
    ],
)
async def test_a_status_other_than_200_is_an_api_error(
    answer: Answer, kind: type[SandboxApiException], code: str
) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, answer)
        async with commands_of(server) as commands:
            with pytest.raises(kind) as caught:
                await commands.run("x")
    assert caught.value.error.code == code
    assert caught.value.status_code == answer.status
    assert caught.value.request_id == answer.headers.get("X-Request-ID")


async def test_an_answer_that_is_no_event_stream_is_named() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, Answer((b"<html>hello",), 200, {"Content-Type": "text/html"}))
        async with commands_of(server) as commands:
            with pytest.raises(SandboxConnectionException, match=r"(?s)text/html.*<html>hello") as caught:
                await commands.run("x")
    assert isinstance(caught.value, SandboxApiException)
    assert caught.value.status_code == 200


async def test_handlers_are_called_in_the_order_of_the_stream() -> None:
    seen: list[str] = []

    async def note(event: object) -> None:
        seen.append(type(event).__name__)

    async def note_stderr(event: object) -> None:
        seen.append("stderr")

    handlers = ExecutionHandlers(
        on_stdout=note,
        on_stderr=note_stderr,
        on_result=note,
        on_error=note,
        on_init=note,
        on_execution_complete=note,
    )
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS), events_answer(INIT, EXIT_7))
        async with commands_of(server) as commands:
            assert await commands.run("x", handlers=handlers) == OUTCOMES[0][1]
            await commands.run("x", handlers=handlers)
    assert seen == [
        "ExecutionInit",
        "OutputMessage",
        "stderr",
        "ExecutionResult",
        "ExecutionComplete",
        "ExecutionInit",
        "ExecutionError",
    ]


async def test_handlers_can_have_the_output_to_themselves() -> None:
    seen = []

    async def note(event: object) -> None:
        seen.append(event)

    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS))
        async with commands_of(server) as commands:
            execution = await commands.run(
                "x", handlers=ExecutionHandlers(on_stdout=note, skip_accumulation=True)
            )
    assert len(seen) == 1
    assert execution.logs.stdout == execution.logs.stderr == []
    assert [result.text for result in execution.result] == ["42"]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyError("mine"), httpx.ReadError("mine")], ids=repr)
async def test_what_a_handler_raises_is_passed_on_as_it_is(error: Exception) -> None:
    async def fail(_: object) -> None:
        raise error

    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        async with commands_of(server) as commands:
            with pytest.raises(type(error), match="mine") as caught:
                await commands.run("x", handlers=ExecutionHandlers(on_stdout=fail))
    assert caught.value is error
    assert server.lines() == ["POST /command"], "the command goes on"


async def test_set_env_runs_a_script_that_keeps_the_variable() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS), events_answer(*SUCCESS))
        async with commands_of(server) as commands:
            await commands.set_env("A", 'it\'s\t"x"')
    kept, compared = server.requests
    assert kept.json["command"].splitlines()[-1] == (
        """printf '%s\\n' 'A="it'\\''s\\t\\"x\\""' >> "$EXECD_ENVS\""""
    )
    assert compared.json["command"] == "[ \"${A-}\" = 'it'\\''s\t\"x\"' ]"


async def test_a_variable_that_commands_do_not_see_is_an_error() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS), events_answer(INIT, EXIT_7))
        async with commands_of(server) as commands:
            with pytest.raises(SandboxException, match=r"variable A .* do not see"):
                await commands.set_env("A", "b")


async def test_a_variable_that_cannot_be_kept_is_an_error() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDERR, EXIT_7))
        async with commands_of(server) as commands:
            with pytest.raises(SandboxException, match=r"(?s)variable A .*two") as caught:
                await commands.set_env("A", "b")
    assert type(caught.value) is SandboxException
