# Generated from tests/_async/run/test_command_streams.py by scripts/unasync.py. Do not edit.
"""Pulling events, running in the background, keeping a shell: what goes beyond a single call."""

from __future__ import annotations

from typing import Any

import pytest

from opensandbox.exceptions import (
    CommandFailedException,
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    SandboxException,
    SandboxNotFoundException,
    SandboxTimeoutException,
)
from opensandbox.models.execd import (
    CommandLogs,
    ExecutionComplete,
    ExecutionError,
    ExecutionInit,
    OutputMessage,
    RunCommandOpts,
)
from tests._sync.scripted_commands import commands_of
from tests.support.commands import COMPLETE, COMPLETED, EXIT_7, INIT, ONE, PING, STDOUT, SUCCESS
from tests.support.scripted_server import CUT, HOLD, Answer, ScriptedServer, events_answer, json_answer

RUN = "POST /command"
INTERRUPT = "DELETE /command"
STATUS = "GET /command/status/ex-1"
LOGS = "GET /command/ex-1/logs"
CURSOR = "EXECD-COMMANDS-TAIL-CURSOR"


def log(content: bytes, cursor: int | None) -> Answer:
    return Answer((content,), 200, {} if cursor is None else {CURSOR: str(cursor)})


# Sessions whose run takes too long


@pytest.mark.parametrize("end", [b"", b"\n\n"], ids=["at the end", "in the middle"])
def test_a_session_that_is_told_late_that_its_time_is_over_has_exit_code_minus_one(end: bytes) -> None:
    late = b'{"code":"RUNTIME_ERROR","message":"error running in session. timeout after 1s"}'
    with ScriptedServer() as server:
        server.answer("POST /session/se/run", events_answer(INIT, STDOUT, late + end))
        with commands_of(server) as commands:
            execution = commands.run_in_session("se", "sleep 60", timeout=1)
            assert (execution.text, execution.exit_code) == ("one", -1)
            with pytest.raises(CommandFailedException, match="exit code -1"):
                commands.run_in_session("se", "sleep 60", timeout=1, check=True)


def test_a_session_waits_for_as_long_as_the_daemon_gives_signs_of_life() -> None:
    late = b'{"code":"RUNTIME_ERROR","message":"error running in session. timeout after 10ms"}'
    pings: list[Any] = []
    with ScriptedServer() as server:
        pings = [PING, lambda: server.wait(0.03)] * 20
        server.answer("POST /session/se/run", events_answer(INIT, *pings, late))
        with commands_of(server) as commands:
            execution = commands.run_in_session("se", "sleep 60", timeout=0.01, idle_timeout=0.5)
    assert execution.exit_code == -1


def test_another_error_of_the_daemon_in_a_session_is_no_timeout() -> None:
    broken = b'{"code":"RUNTIME_ERROR","message":"error running in session. no such shell"}'
    with ScriptedServer() as server:
        server.answer("POST /session/se/run", events_answer(INIT, broken))
        with commands_of(server) as commands:
            with pytest.raises(ExecutionAbortedException, match="no such shell"):
                commands.run_in_session("se", "true", timeout=1)


def test_only_code_is_sent_again_where_the_daemon_calls_a_session_busy() -> None:
    busy = b'{"code":"RUNTIME_ERROR","message":"error running: session is busy"}'
    with ScriptedServer() as server:
        for route in (RUN, "POST /session/se/run"):
            server.answer(route, events_answer(INIT, STDOUT, busy), events_answer(INIT, STDOUT, COMPLETE))
        with commands_of(server) as commands:
            with pytest.raises(ExecutionAbortedException, match="session is busy"):
                commands.run("make")
            with pytest.raises(ExecutionAbortedException, match="session is busy"):
                commands.run_in_session("se", "make")
    assert server.lines() == ["POST /command", "POST /session/se/run"]


# Streams


def test_a_stream_yields_events_while_the_command_runs() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD, PING, COMPLETE))
        with commands_of(server) as commands:
            with commands.stream("make") as events:
                assert next(events) == ExecutionInit(id="ex-1", timestamp=1)
                assert next(events) == ONE
                assert events.execution_id == "ex-1"
                assert events.exit_code is None
                server.release()
                assert [event for event in events] == [COMPLETED]
            assert events.exit_code == 0
            assert events.complete == COMPLETED
    assert server.lines() == ["POST /command"]


def test_a_stream_tells_of_failure() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, EXIT_7))
        with commands_of(server) as commands, commands.stream("make") as events:
            seen = [event for event in events]
    assert [type(event) for event in seen] == [ExecutionInit, ExecutionError]
    assert events.exit_code == 7
    assert events.error == seen[-1]


@pytest.mark.parametrize(("detach", "stopped"), [(False, ["DELETE /command?id=ex-1"]), (True, [])])
def test_leaving_a_stream_early_interrupts_the_command_unless_detached(
    detach: bool, stopped: list[str]
) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer(INTERRUPT, Answer())
        with commands_of(server) as commands, commands.stream("make", detach=detach) as events:
            for event in events:
                if isinstance(event, OutputMessage):
                    break
    assert server.lines() == ["POST /command", *stopped]


def test_an_exception_in_the_block_interrupts_the_command_and_is_passed_on() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, HOLD))
        server.answer(INTERRUPT, json_answer({"code": "RUNTIME_ERROR", "message": "not running"}, 500))
        with commands_of(server) as commands:

            def fail() -> None:
                with commands.stream("make") as events:
                    next(events)
                    raise KeyError("mine")

            with pytest.raises(KeyError, match="mine"):
                fail()
    assert server.lines() == ["POST /command", "DELETE /command?id=ex-1"]


def test_a_command_whose_stream_was_lost_is_not_interrupted() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, CUT))
        with commands_of(server) as commands:
            seen = []

            def pull() -> None:
                with commands.stream("make") as events:
                    for event in events:
                        seen.append(event)  # noqa: PERF401 - what came before the failure counts

            with pytest.raises(IncompleteStreamException) as caught:
                pull()
    assert seen == [ExecutionInit(id="ex-1", timestamp=1), ONE]
    assert caught.value.execution_id == "ex-1"
    assert caught.value.execution is not None
    assert caught.value.execution.logs.stdout == [], "output that was pulled is not kept"
    assert server.lines() == ["POST /command"]


def test_leaving_a_stream_between_final_event_and_end_interrupts_nothing() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, HOLD))
        with commands_of(server) as commands, commands.stream("make") as events:
            for event in events:
                if isinstance(event, ExecutionComplete):
                    break
    assert server.lines() == ["POST /command"]


def test_a_stream_is_entered_before_use_and_only_once() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*SUCCESS))
        with commands_of(server) as commands:
            stream = commands.stream("make")
            with pytest.raises(SandboxException, match="enter the stream first"):
                next(stream)
            with stream:
                pass
            with pytest.raises(SandboxException, match="used once"):
                with stream:
                    pass


def test_a_background_command_has_no_events_to_pull() -> None:
    with ScriptedServer() as server:
        with commands_of(server) as commands:
            with pytest.raises(InvalidArgumentException, match=r"commands\.start"):
                commands.stream("make", opts=RunCommandOpts(background=True))
    assert server.requests == []


# Background commands


def test_a_started_command_is_a_handle() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, HOLD))
        server.answer(INTERRUPT, Answer())
        with commands_of(server) as commands:
            handle = commands.start("sleep 60", opts=RunCommandOpts(working_directory="/w"))
            handle.interrupt()
    assert handle.execution_id == "ex-1"
    assert server.requests[0].json == {"command": "sleep 60", "cwd": "/w", "background": True}
    assert server.lines() == ["POST /command", "DELETE /command?id=ex-1"]


def test_a_command_that_does_not_start_is_raised() -> None:
    aborted = b'{"code":"RUNTIME_ERROR","message":"no such program"}'
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, EXIT_7), events_answer(INIT, aborted))
        with commands_of(server) as commands:
            with pytest.raises(CommandFailedException):
                commands.start("nope")
            with pytest.raises(ExecutionAbortedException, match="no such program"):
                commands.start("nope")


def test_waiting_returns_the_status_of_the_ended_command() -> None:
    running = json_answer({"id": "ex-1", "running": True})
    ended = json_answer({"id": "ex-1", "content": "make", "running": False, "exit_code": 3, "error": ""})
    with ScriptedServer() as server:
        server.answer(STATUS, running, running, ended)
        with commands_of(server) as commands:
            status = commands.attach("ex-1").wait(timeout=30)
    assert (status.running, status.exit_code, status.content) == (False, 3, "make")
    assert len(server.requests) == 3


def test_waiting_ends_when_its_time_is_up() -> None:
    with ScriptedServer() as server:
        server.answer(STATUS, json_answer({"id": "ex-1", "running": True}))
        with commands_of(server) as commands:
            with pytest.raises(SandboxTimeoutException, match="ex-1 still runs"):
                commands.attach("ex-1").wait(timeout=0.05)
    assert server.lines() == ["GET /command/status/ex-1"] * len(server.requests)


def test_an_unknown_command_is_not_found() -> None:
    with ScriptedServer() as server:
        server.answer(STATUS, json_answer({"code": "INVALID_REQUEST_BODY", "message": "unknown"}, 404))
        with commands_of(server) as commands:
            with pytest.raises(SandboxNotFoundException):
                commands.attach("ex-1").status()


def test_logs_are_followed_by_cursor_to_the_end_of_the_command() -> None:
    running, ended = ({"id": "ex-1", "running": state} for state in (True, False))
    euro = "€\n".encode()
    with ScriptedServer() as server:
        server.answer(STATUS, *[json_answer(running)] * 4, json_answer(ended))
        server.answer(LOGS, log(b"one\n", 4), log(b"", 4), log(euro[:1], 5), log(euro[1:], 8), log(b"", 8))
        with commands_of(server) as commands:
            assert [text for text in commands.attach("ex-1").logs()] == ["one\n", "€\n"]
    asked = [line for line in server.lines() if "logs" in line]
    assert asked == [
        f"GET /command/ex-1/logs{query}" for query in ("", "?cursor=4", "?cursor=4", "?cursor=5", "?cursor=8")
    ]
    assert server.lines()[-2:] == ["GET /command/status/ex-1", "GET /command/ex-1/logs?cursor=8"]


def test_what_a_command_wrote_last_is_among_its_logs() -> None:
    with ScriptedServer() as server:
        server.answer(STATUS, json_answer({"id": "ex-1", "running": False}))
        server.answer(LOGS, log(b"one", 3), log(b"two\xe2", 7), log(b"", 7))
        with commands_of(server) as commands:
            texts = [text for text in commands.attach("ex-1").logs()]
    assert "".join(texts) == "onetwo�"


def test_logs_of_a_server_without_cursors_are_not_repeated() -> None:
    with ScriptedServer() as server:
        server.answer(
            STATUS,
            json_answer({"running": True}),
            json_answer({"running": True}),
            json_answer({"running": False}),
        )
        server.answer(LOGS, log(b"one", None), log(b"onetwo", None), log(b"onetwo!", None))
        with commands_of(server) as commands:
            assert [text for text in commands.attach("ex-1").logs()] == ["one", "two", "!"]


def test_logs_can_be_read_without_following() -> None:
    with ScriptedServer() as server:
        server.answer(LOGS, log(b"one", 6), log(b"", 6))
        with commands_of(server) as commands:
            assert [text for text in commands.attach("ex-1").logs(cursor=3, follow=False)] == ["one"]
    assert server.lines() == ["GET /command/ex-1/logs?cursor=3", "GET /command/ex-1/logs?cursor=6"]


@pytest.mark.parametrize(
    ("headers", "cursor"),
    [({CURSOR: "17"}, 17), ({}, None), ({CURSOR: "seventeen"}, None), ({CURSOR: "-1"}, None)],
)
def test_a_piece_of_the_logs(headers: dict[str, str], cursor: int | None) -> None:
    with ScriptedServer() as server:
        server.answer(LOGS, Answer(("log €".encode(),), 200, {"Content-Type": "text/plain", **headers}))
        with commands_of(server) as commands:
            assert commands.get_background_command_logs("ex-1", cursor=3) == CommandLogs(
                content="log €", cursor=cursor
            )
    assert server.lines() == ["GET /command/ex-1/logs?cursor=3"]


@pytest.mark.parametrize("cursor", [-1, True, "3", 1.5])
def test_a_cursor_that_no_server_gave_is_refused(cursor: Any) -> None:
    with ScriptedServer() as server:
        with commands_of(server) as commands:
            with pytest.raises(InvalidArgumentException, match="cursor must be"):
                commands.get_background_command_logs("ex-1", cursor)
    assert server.requests == []


@pytest.mark.parametrize(
    "method", ["interrupt", "get_command_status", "get_background_command_logs", "delete_session"]
)
def test_a_blank_id_is_refused(method: str) -> None:
    with ScriptedServer() as server:
        with commands_of(server) as commands:
            with pytest.raises(InvalidArgumentException, match="must not be blank"):
                getattr(commands, method)(" ")
    assert server.requests == []


# Sessions


@pytest.mark.parametrize(("directory", "body"), [(None, None), ("/w", {"cwd": "/w"})])
def test_a_session_lasts_for_its_block(directory: str | None, body: dict[str, str] | None) -> None:
    with ScriptedServer() as server:
        server.answer("POST /session", json_answer({"session_id": "se"}))
        server.answer("POST /session/se/run", events_answer({**INIT, "text": "se"}, STDOUT, COMPLETE))
        server.answer("DELETE /session/se", Answer())
        with commands_of(server) as commands, commands.session(working_directory=directory) as shell:
            execution = shell.run("pwd", working_directory="/w", timeout=2)
            assert shell.session_id == "se"
    assert (execution.text, execution.exit_code) == ("one", 0)
    assert server.lines() == ["POST /session", "POST /session/se/run", "DELETE /session/se"]
    assert server.requests[0].json == body
    assert server.requests[1].json == {"command": "pwd", "cwd": "/w", "timeout": 2000}


def test_a_session_is_ended_when_its_block_fails_and_the_failure_passed_on() -> None:
    with ScriptedServer() as server:
        server.answer("POST /session", json_answer({"session_id": "se"}))
        server.answer("DELETE /session/se", json_answer({"code": "RUNTIME_ERROR", "message": "m"}, 500))
        with commands_of(server) as commands:
            with pytest.raises(KeyError, match="mine"):
                with commands.session():
                    raise KeyError("mine")
    assert server.lines() == ["POST /session", "DELETE /session/se"]


def test_a_run_in_a_session_that_breaks_cannot_be_resumed() -> None:
    with ScriptedServer() as server:
        server.answer("POST /session/se/run", events_answer({**INIT, "text": "se"}, STDOUT, CUT))
        with commands_of(server) as commands:
            with pytest.raises(IncompleteStreamException) as caught:
                commands.run_in_session("se", "make")
    assert not caught.value.is_resumable
    assert server.lines() == ["POST /session/se/run"], (
        "interrupting the id of the stream would end the session"
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"session_id": " ", "command": "pwd"}, "session_id must not be blank"),
        ({"session_id": "se", "command": " "}, "command must not be blank"),
        ({"session_id": "se", "command": ["pwd"]}, "command must be a string, not list"),
        ({"session_id": "se", "command": "pwd", "timeout": -1}, "timeout must be zero or more"),
    ],
)
def test_a_run_in_a_session_that_cannot_be_meant_is_refused(
    arguments: dict[str, Any], complaint: str
) -> None:
    with ScriptedServer() as server:
        with commands_of(server) as commands:
            with pytest.raises(InvalidArgumentException, match=complaint):
                commands.run_in_session(**arguments)
    assert server.requests == []
