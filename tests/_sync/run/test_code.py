# Generated from tests/_async/run/test_code.py by scripts/unasync.py. Do not edit.
"""`sandbox.code`: what is sent, how the streams of code end, and what cancelling and leaving stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from opensandbox._core.run import busy
from opensandbox._sync.calls.http import Connection, Http
from opensandbox._sync.run import streams
from opensandbox._sync.run.code import CodeService
from opensandbox.config import ConnectionConfigSync
from opensandbox.exceptions import (
    CodeFailedException,
    ExecutionAbortedException,
    IncompleteStreamException,
    InvalidArgumentException,
    SandboxApiException,
    SandboxNotFoundException,
    SandboxTimeoutException,
)
from opensandbox.models import CodeContext, ExecutionHandlersSync, OutputMessage
from opensandbox.models.execd import Execution, ExecutionComplete, ExecutionInit, ExecutionResult
from opensandbox.models.sandboxes import SandboxEndpoint
from tests.support.commands import COMPLETE, PING, STDERR, STDOUT
from tests.support.scripted_server import CUT, HOLD, Answer, ScriptedServer, events_answer, json_answer

RUN = "POST /code"
INTERRUPT = "DELETE /code"
CONTEXT = CodeContext(id="ctx-7", language="python")
INIT = {"type": "init", "text": "ctx-7", "timestamp": 1}
COUNT = {"type": "execution_count", "execution_count": 4, "timestamp": 2}
PNG = b"\x89PNG\r\n\x1a\n"
RESULT = {
    "type": "result",
    "results": {
        "text": "<Figure>",
        "text/html": "<b>x</b>",
        "text/markdown": "**x**",
        "text/latex": "$x$",
        "image/png": "iVBORw0K\nGgo=\n",
        "image/jpeg": "iVBORw0KGgo=",
        "image/svg+xml": "<svg/>",
        "application/json": {"a": [1, None]},
        "application/vnd.vegalite.v5+json": {"mark": "bar"},
    },
    "timestamp": 3,
}
STATUS = {"type": "status", "text": "error", "timestamp": 2}
NAME_ERROR = {
    "type": "error",
    "error": {"ename": "NameError", "evalue": "name 'q' is not defined", "traceback": ["line 1", "line 2"]},
    "timestamp": 3,
}
BUSY = b'{"code":"RUNTIME_ERROR","message":"error running code: session is busy"}'


@contextmanager
def code_of(server: ScriptedServer) -> Iterator[CodeService]:
    """Talk to `server` as if it were the daemon; answers that hold are released at the end."""
    http = Http(ConnectionConfigSync())

    def connection() -> Connection:
        return http.sandbox(SandboxEndpoint(endpoint=server.address, headers={}))

    try:
        yield CodeService(connection)
    finally:
        server.release()
        http.close()


@pytest.mark.parametrize(
    ("options", "context"),
    [
        ({}, {"language": "python"}),
        ({"language": "bash"}, {"language": "bash"}),
        ({"context": CONTEXT}, {"id": "ctx-7", "language": "python"}),
        ({"context": CONTEXT.model_dump(), "language": "python"}, {"id": "ctx-7", "language": "python"}),
    ],
)
def test_a_run_says_where_it_belongs(options: dict[str, Any], context: dict[str, str]) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, PING, COMPLETE))
        with code_of(server) as code:
            execution = code.run("1", **options)
    assert server.requests[0].json == {"code": "1", "context": context}
    assert (execution.id, execution.exit_code) == ("ctx-7", 0)


def test_a_result_is_data_in_every_form_that_came() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, STDERR, COUNT, RESULT, COMPLETE))
        with code_of(server) as code:
            execution = code.run("figure")
    (result,) = execution.result
    assert execution.execution_count == 4
    assert (result.text, result.html, result.markdown) == ("<Figure>", "<b>x</b>", "**x**")
    assert (result.latex, result.svg) == ("$x$", "<svg/>")
    assert result.png == result.jpeg == PNG
    assert result.json_value == {"a": [1, None]}
    bundle = result._repr_mimebundle_(include=None, exclude=None)
    assert bundle == execution._repr_mimebundle_()
    assert (bundle["text/plain"], bundle["application/json"]) == ("<Figure>", {"a": [1, None]})
    assert bundle["application/vnd.vegalite.v5+json"] == {"mark": "bar"}
    assert str(execution) == "one\n<Figure>\n[stderr]\ntwo"


def test_a_result_without_forms_has_none_of_them() -> None:
    result = ExecutionResult(text="42", timestamp=1)
    assert (result.html, result.png, result.json_value, result.extra_properties) == (None, None, None, {})
    assert result._repr_mimebundle_() == {"text/plain": "42"}
    with pytest.raises(ValueError, match="base64"):
        _ = ExecutionResult(timestamp=1, extra_properties={"image/png": "?"}).png


@pytest.mark.parametrize(
    "events",
    [
        [INIT, STATUS, NAME_ERROR, COMPLETE],
        [INIT, STATUS, NAME_ERROR],
        [INIT, COMPLETE, NAME_ERROR],
    ],
    ids=["error, then completion", "error alone", "completion, then error"],
)
def test_any_error_is_a_failure(events: list[dict[str, Any]]) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*events))
        with code_of(server) as code:
            execution = code.run("q")
            assert execution.error is not None
            assert (execution.error.name, execution.error.traceback) == ("NameError", ["line 1", "line 2"])
            assert execution.exit_code is None
            with pytest.raises(CodeFailedException, match="NameError: name 'q' is not defined") as caught:
                code.run("q", check=True)
    assert caught.value.execution == execution
    assert caught.value.failure == execution.error


def test_a_context_that_stays_busy_is_an_error_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "PATIENCE", 0.1)
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, PING, BUSY))
        with code_of(server) as code:
            with pytest.raises(ExecutionAbortedException, match="session is busy") as caught:
                code.run("1", context=CONTEXT)
    assert caught.value.code == "RUNTIME_ERROR"
    assert caught.value.execution == Execution(id="ctx-7")
    assert server.lines().count("POST /code") > 1


def test_a_context_whose_call_timed_out_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "PATIENCE", 0.05)
    with ScriptedServer() as server:
        server.answer(RUN, *[events_answer(INIT, BUSY)] * 4, events_answer(INIT, COMPLETE))
        with code_of(server) as code:
            code.contexts.wait(CONTEXT)
            assert server.requests[-1].json["code"] == "#"
            server.answer(RUN, events_answer(INIT, BUSY))
            with pytest.raises(
                SandboxTimeoutException, match=r"ctx-7 is still busy after 0\.2 s.*code\.interrupt"
            ):
                code.contexts.wait(CONTEXT, timeout=0.2)
            server.answer(RUN, events_answer(INIT, HOLD))
            with pytest.raises(SandboxTimeoutException, match="still busy"):
                code.contexts.wait(CONTEXT, timeout=0.1)
            server.answer(RUN, events_answer(INIT, b'{"code":"RUNTIME_ERROR","message":"broken"}'))
            with pytest.raises(ExecutionAbortedException, match="broken"):
                code.contexts.wait(CONTEXT)
            server.answer("GET /code/contexts/ctx-7", json_answer({"id": "ctx-7", "language": "javascript"}))
            server.answer(RUN, events_answer(INIT, NAME_ERROR))
            code.contexts.wait("ctx-7")
            assert server.requests[-1].json["code"] == "//"


@pytest.mark.parametrize("ping", [[], [PING]])
def test_code_that_is_refused_while_the_run_before_is_put_away_is_sent_again(ping: list[Any]) -> None:
    heard: list[object] = []

    def hear(event: object) -> None:
        heard.append(event)

    refusal = events_answer(INIT, *ping, BUSY)
    with ScriptedServer() as server:
        server.answer(RUN, refusal, refusal, events_answer(INIT, STDOUT, COMPLETE))
        with code_of(server) as code:
            execution = code.run("1", handlers=ExecutionHandlersSync(on_init=hear, on_stdout=hear))
    assert execution.text == "one"
    assert server.lines() == ["POST /code"] * 3
    assert [type(event) for event in heard] == [ExecutionInit, OutputMessage]


def test_a_stream_of_code_that_is_refused_at_first_brings_every_event_once() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, BUSY), events_answer(INIT, STDOUT, COMPLETE))
        with code_of(server) as code, code.stream("1") as events:
            seen = [type(event) for event in events]
    assert seen == [ExecutionInit, OutputMessage, ExecutionComplete]


def test_the_id_is_told_where_the_refusal_came_without_it() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(BUSY), events_answer(INIT, STDOUT, COMPLETE))
        with code_of(server) as code, code.stream("1") as events:
            assert events.execution_id == "ctx-7"
            seen = [type(event) for event in events]
    assert seen == [ExecutionInit, OutputMessage, ExecutionComplete]


@pytest.mark.parametrize("seen", [[], [INIT]])
def test_what_fails_when_code_is_sent_again_is_told_and_not_the_refusal_before(seen: list[Any]) -> None:
    gone = json_answer({"code": "NOT_FOUND", "message": "no such context"}, 404)
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(*seen, BUSY), gone)
        with code_of(server) as code:
            with pytest.raises(SandboxNotFoundException, match="no such context"):
                code.run("1")
    assert server.lines() == ["POST /code"] * 2


def test_code_that_has_begun_is_never_sent_again() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, BUSY))
        with code_of(server) as code:
            with pytest.raises(ExecutionAbortedException, match="session is busy"):
                code.run("1")
    assert server.lines() == ["POST /code"]


def test_a_stream_that_ends_with_nothing_but_the_id_has_no_known_outcome() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT))
        with code_of(server) as code:
            with pytest.raises(IncompleteStreamException, match="outcome is unknown"):
                code.run("1")
    assert server.lines() == ["POST /code"]


def test_what_comes_after_an_early_completion_is_part_of_the_run() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, PING, COMPLETE, COUNT, STDOUT, RESULT, PING))
        with code_of(server) as code:
            execution = code.run("1")
    assert (execution.text, execution.execution_count) == ("one\n<Figure>", 4)


def test_an_error_after_an_early_completion_is_the_outcome() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, STATUS, NAME_ERROR))
        with code_of(server) as code:
            with pytest.raises(CodeFailedException, match="NameError"):
                code.run("1", check=True)


def test_code_whose_stream_breaks_after_an_early_completion_has_no_known_outcome() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, STDOUT, CUT))
        with code_of(server) as code:
            with pytest.raises(IncompleteStreamException) as caught:
                code.run("1")
    assert caught.value.execution is not None
    assert caught.value.execution.text == "one"
    assert caught.value.execution.complete is None


def test_a_stream_of_code_that_is_left_after_an_early_completion_interrupts_the_code() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, COMPLETE, HOLD))
        server.answer(INTERRUPT, Answer())
        with code_of(server) as code, code.stream("work()") as events:
            for event in events:
                if isinstance(event, ExecutionComplete):
                    break
    assert server.lines() == ["POST /code", "DELETE /code?id=ctx-7"]


def test_a_lost_stream_holds_what_had_come_and_cannot_be_resumed() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, CUT))
        with code_of(server) as code:
            with pytest.raises(IncompleteStreamException) as caught:
                code.run("1")
    assert caught.value.execution is not None
    assert caught.value.execution.text == "one"
    assert not caught.value.is_resumable


def test_handlers_hear_every_event() -> None:
    heard: list[object] = []

    def hear(event: object) -> None:
        heard.append(event)

    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, RESULT, COMPLETE))
        with code_of(server) as code:
            execution = code.run(
                "1",
                handlers=ExecutionHandlersSync(on_stdout=hear, on_result=hear, on_execution_complete=hear),
            )
    assert heard == [*execution.logs.stdout, *execution.result, execution.complete]


@pytest.mark.parametrize(("detach", "stopped"), [(False, ["DELETE /code?id=ctx-7"]), (True, [])])
def test_leaving_a_stream_early_interrupts_the_code_unless_detached(detach: bool, stopped: list[str]) -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, STDOUT, HOLD))
        server.answer(INTERRUPT, Answer())
        with code_of(server) as code, code.stream("work()", detach=detach) as events:
            for event in events:
                if isinstance(event, OutputMessage):
                    break
    assert server.lines() == ["POST /code", *stopped]


def test_a_stream_of_code_that_turns_out_to_be_refused_is_left_without_an_interrupt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streams, "REFUSAL_WAIT", 20.0)
    seen = threading.Event()
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(INIT, seen.wait, BUSY))
        with code_of(server) as code, code.stream("work()", context=CONTEXT) as events:
            for event in events:
                assert isinstance(event, ExecutionInit)
                seen.set()
                break
    assert server.lines() == ["POST /code"]


def test_a_stream_in_a_known_context_can_be_interrupted_before_its_first_event() -> None:
    with ScriptedServer() as server:
        server.answer(RUN, events_answer(b" ", HOLD))
        server.answer(INTERRUPT, Answer())
        with code_of(server) as code, code.stream("work()", context=CONTEXT):
            pass
    assert server.lines() == ["POST /code", "DELETE /code?id=ctx-7"]


def test_a_context_lasts_for_its_block() -> None:
    with ScriptedServer() as server:
        server.answer("POST /code/context", json_answer({"id": "ctx-7", "language": "bash", "cwd": "/w"}))
        server.answer("DELETE /code/contexts/ctx-7", Answer())
        with code_of(server) as code, code.context("bash", cwd="/w") as context:
            assert context == CodeContext(id="ctx-7", language="bash", cwd="/w")
    assert server.requests[0].json == {"language": "bash", "cwd": "/w"}
    assert server.lines() == ["POST /code/context", "DELETE /code/contexts/ctx-7"]


def test_contexts_are_listed_found_and_ended() -> None:
    record = {"id": "a/b", "language": "python"}
    with ScriptedServer() as server:
        server.answer("GET /code/contexts", json_answer([record]))
        server.answer("GET /code/contexts/a%2Fb", json_answer(record))
        for route in ("DELETE /code/contexts/a%2Fb", "DELETE /code/contexts", INTERRUPT):
            server.answer(route, Answer())
        with code_of(server) as code:
            found = CodeContext(id="a/b", language="python")
            assert code.contexts.list() == code.contexts.list("python") == [found]
            assert code.contexts.get("a/b") == found
            code.interrupt(found)
            code.contexts.delete(found)
            code.contexts.delete("a/b")
            code.contexts.delete_all("python")
    assert server.lines() == [
        "GET /code/contexts?language=",
        "GET /code/contexts?language=python",
        "GET /code/contexts/a%2Fb",
        "DELETE /code?id=a%2Fb",
        "DELETE /code/contexts/a%2Fb",
        "DELETE /code/contexts/a%2Fb",
        "DELETE /code/contexts?language=python",
    ]


def test_a_context_without_an_id_is_an_answer_that_cannot_be_read() -> None:
    with ScriptedServer() as server:
        server.answer("POST /code/context", json_answer({"language": "python"}))
        with code_of(server) as code:
            with pytest.raises(SandboxApiException, match="cannot be read"):
                code.contexts.create()


def test_an_unknown_context_is_not_found_by_its_id() -> None:
    missing = json_answer({"code": "CONTEXT_NOT_FOUND", "message": "context ctx-9 is unknown"}, 404)
    with ScriptedServer() as server:
        server.answer("GET /code/contexts/ctx-9", missing)
        with code_of(server) as code:
            with pytest.raises(SandboxNotFoundException, match="ctx-9") as caught:
                code.contexts.get("ctx-9")
    assert caught.value.code == "CONTEXT_NOT_FOUND"


BAD: list[tuple[Callable[[CodeService], object], list[str]]] = [
    (lambda code: code.run(""), ["code", "blank"]),
    (lambda code: code.run(5), ["code", "int"]),  # type: ignore[arg-type]
    (lambda code: code.run("1", language=" "), ["language", "' '"]),
    (lambda code: code.run("1", context="ctx-7"), ["context", "ctx-7", "contexts.get"]),  # type: ignore[arg-type]
    (lambda code: code.run("1", context=CONTEXT, language="bash"), ["bash", "ctx-7", "python"]),
    (lambda code: code.run("1", max_output=1), ["max_output", "1"]),
    (lambda code: code.run("1", idle_timeout=0), ["idle_timeout", "0"]),
    (lambda code: code.interrupt(""), ["context", "''"]),
    (lambda code: code.contexts.create(""), ["language", "''"]),
    (lambda code: code.contexts.get(".."), ["context_id", ".."]),
    (lambda code: code.contexts.delete(" "), ["context", "' '"]),
    (lambda code: code.contexts.delete_all(""), ["language", "''"]),
]


@pytest.mark.parametrize(("call", "words"), BAD)
def test_bad_input_is_refused_before_anything_is_sent(
    call: Callable[[CodeService], object], words: list[str]
) -> None:
    with ScriptedServer() as server:
        with code_of(server) as code:
            with pytest.raises(InvalidArgumentException) as caught:
                call(code)
    for word in words:
        assert word in str(caught.value)
    assert server.lines() == []
