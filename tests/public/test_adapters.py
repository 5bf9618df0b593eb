"""What companions of the published package import from its inside: the same decisions as the SDK's own."""

import asyncio
import json

import httpx
import pytest
from opensandbox.api.execd.models import CodeContext
from opensandbox.api.execd.types import Response

from opensandbox.adapters.converter.event_node import EventNode
from opensandbox.adapters.converter.exception_converter import ExceptionConverter
from opensandbox.adapters.converter.execution_event_dispatcher import ExecutionEventDispatcher
from opensandbox.adapters.converter.response_handler import (
    extract_request_id,
    handle_api_error,
    require_parsed,
)
from opensandbox.exceptions import (
    InvalidArgumentException,
    SandboxApiException,
    SandboxConnectionException,
    SandboxInternalException,
    SandboxNotFoundException,
    SandboxTimeoutException,
)
from opensandbox.models import ExecutionHandlers, ExecutionHandlersSync
from opensandbox.models.execd import Execution
from opensandbox.sync.adapters.converter.execution_event_dispatcher import ExecutionEventDispatcherSync

EVENTS = [
    {"type": "init", "text": "ctx", "timestamp": 1},
    {"type": "ping", "text": "pong", "timestamp": 1},
    {"type": "stdout", "text": "out", "timestamp": 2},
    {"type": "stderr", "text": "err", "timestamp": 3},
    {"type": "execution_count", "execution_count": 4, "timestamp": 4},
    {"type": "result", "results": {"text": "42", "text/html": "<b>42</b>"}, "timestamp": 5},
    {"type": "execution_complete", "execution_time": 9, "timestamp": 6},
]
CONTEXT = CodeContext(language="python", id="c")


def answer(status: int, body: object = None, parsed: object = None) -> Response[object]:
    content = b"" if body is None else json.dumps(body).encode()
    return Response(status, content, httpx.Headers({"x-request-id": "r-1"}), parsed)


def check(execution: Execution, told: list[object]) -> None:
    assert (execution.id, execution.exit_code, execution.execution_count) == ("ctx", 0, 4)
    assert [message.text for message in (*execution.logs.stdout, *execution.logs.stderr)] == ["out", "err"]
    assert [result.text for result in execution.result] == ["42"]
    assert told == [execution.logs.stdout[0], execution.complete]


def test_events_fill_the_given_execution_and_reach_its_coroutines() -> None:
    execution, told = Execution(), []

    async def note(event: object) -> None:
        told.append(event)

    async def run() -> None:
        dispatcher = ExecutionEventDispatcher(
            execution, ExecutionHandlers(on_stdout=note, on_execution_complete=note)
        )
        for event in EVENTS:
            await dispatcher.dispatch(EventNode(**event))

    asyncio.run(run())
    check(execution, told)


def test_events_fill_the_given_execution_and_reach_its_functions() -> None:
    execution, told = Execution(), []
    dispatcher = ExecutionEventDispatcherSync(
        execution, ExecutionHandlersSync(on_stdout=told.append, on_execution_complete=told.append)
    )
    for event in EVENTS:
        dispatcher.dispatch(EventNode(**event))
    check(execution, told)


def test_an_error_event_is_kept_whole() -> None:
    execution = Execution()
    error = {"ename": "ValueError", "evalue": "no", "traceback": ["line 1"]}
    ExecutionEventDispatcherSync(execution, None).dispatch(EventNode(type="error", timestamp=1, error=error))
    assert execution.error is not None
    assert (execution.error.name, execution.error.traceback) == ("ValueError", ["line 1"])


def test_a_success_passes_and_gives_its_body() -> None:
    handle_api_error(answer(204), "Delete")
    assert require_parsed(answer(200, parsed=CONTEXT), CodeContext, "Get context") is CONTEXT


def test_an_error_status_becomes_the_class_for_it_and_names_the_operation() -> None:
    body = {"code": "CONTEXT_NOT_FOUND", "message": "unknown"}
    with pytest.raises(SandboxNotFoundException, match=r"^Get context answered 404") as caught:
        handle_api_error(answer(404, body), "Get context")
    assert (caught.value.error.code, caught.value.request_id) == ("CONTEXT_NOT_FOUND", "r-1")


def test_a_status_that_is_not_standard_is_told_as_it_came() -> None:
    response = answer(520)
    assert (response.status_code, response.status_code.value) == (520, 520)
    with pytest.raises(SandboxApiException) as caught:
        handle_api_error(response, "Get context")
    assert caught.value.status_code == 520


def test_a_body_of_another_kind_is_refused() -> None:
    with pytest.raises(
        SandboxApiException, match=r"Get context answered 200.*NoneType instead of CodeContext"
    ):
        require_parsed(answer(200), CodeContext, "Get context")


@pytest.mark.parametrize(
    ("headers", "expected"), [({"X-Request-ID": "a"}, "a"), ({"x-request-id": " "}, None), ({}, None)]
)
def test_the_request_id_is_found_whatever_its_spelling(headers: dict[str, str], expected: str | None) -> None:
    assert extract_request_id(headers) == expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("refused"), SandboxConnectionException),
        (httpx.ReadTimeout("slow", request=httpx.Request("GET", "http://x.test/")), SandboxTimeoutException),
        (ValueError("bad"), InvalidArgumentException),
        (KeyError("id"), SandboxInternalException),
    ],
)
def test_errors_become_those_of_the_sdk_with_their_cause(error: Exception, kind: type[Exception]) -> None:
    found = ExceptionConverter.to_sandbox_exception(error)
    assert type(found) is kind
    assert found.__cause__ is error


def test_an_error_of_the_sdk_comes_back_as_it_is() -> None:
    error = InvalidArgumentException("x")
    assert ExceptionConverter.to_sandbox_exception(error) is error
