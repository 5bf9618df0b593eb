"""The watch over the contract sees what tests do, and does not let anything wrong pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from opensandbox import SandboxSync
from opensandbox.contract.judge import request_problems, response_problems
from opensandbox.contract.specs import APIS, Operation, find, operations
from opensandbox.exceptions import SandboxInvalidRequestException
from opensandbox.local import LocalServer
from tests.support.contract.watching import WATCH, Seen

ID = {"x-request-id": "1"}
JSON = {"content-type": "application/json", **ID}
EVENTS = {"content-type": "text/event-stream", **ID}
LINES = {**EVENTS, "execd-output": "lines"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxSync]:
    with (
        LocalServer(spares=0) as server,
        SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
    ):
        yield sandbox


def test_requests_of_the_package_and_answers_of_the_server_are_seen(sandbox: SandboxSync) -> None:
    mark = len(WATCH.seen)
    sandbox.get_info()
    sandbox.commands.run("true")

    seen = WATCH.since(mark)

    for api, name, status in (("lifecycle", "get_sandboxes_sandbox_id", 200), ("execd", "runCommand", 200)):
        assert Seen(api, name, 0) in seen
        assert Seen(api, name, status) in seen


def test_answers_to_others_are_seen_as_well(sandbox: SandboxSync) -> None:
    mark = len(WATCH.seen)
    address = f"{sandbox.connection_config.get_base_url()}/sandboxes/{sandbox.id}"
    assert httpx.get(address, trust_env=False).status_code == 401
    assert Seen("lifecycle", "get_sandboxes_sandbox_id", 401) in WATCH.since(mark)


@pytest.mark.off_contract(reason="this is about what happens then")
def test_a_wrong_request_is_a_violation(sandbox: SandboxSync) -> None:
    connection: Any = sandbox._http.control_plane()  # type: ignore[attr-defined]
    with connection.exchange() as client, pytest.raises(SandboxInvalidRequestException):
        client.request("GET", "/sandboxes", params={"page": "first", "colour": "red"})
    violations = WATCH.take()
    assert [text.partition("): ")[2] for text in violations] == [
        "page is no integer: 'first'",
        "the query has colour, which is not declared",
    ]


def operation(name: str) -> Operation:
    (found,) = (each for api in APIS for each in operations()[api] if each.name == name)
    return found


@pytest.mark.parametrize(
    ("name", "path", "query", "headers", "body", "words"),
    [
        ("get_sandboxes", "/sandboxes", "page=0", {}, b"", "page: the whole: 0 is less than the minimum"),
        ("get_sandboxes", "/sandboxes", "page=1&page=2", {}, b"", "page is given 2 times"),
        ("interruptCommand", "/command", "", {}, b"", "the query lacks id"),
        ("runCommand", "/command", "", {}, b"", "the body is missing"),
        ("runCommand", "/command", "", {"content-type": "text/plain"}, b"ls", "the body is text/plain"),
        ("runCommand", "/command", "", JSON, b'{"command": 7}', "body: command: 7 is not of type"),
        ("ping", "/ping", "", JSON, b"{}", "there is a body, and none is declared"),
        ("getIsolatedSession", "/v1/isolated/session/7", "", {}, b"", "sessionId: the whole"),
    ],
)  # fmt: skip
def test_each_part_of_a_request_is_checked(
    name: str, path: str, query: str, headers: dict[str, str], body: bytes, words: str
) -> None:
    (problem,) = request_problems(operation(name), path, query, headers, body)
    assert problem.startswith(words)


@pytest.mark.parametrize(
    ("name", "status", "headers", "body", "words"),
    [
        ("get_sandboxes_sandbox_id", 404, {"content-type": "application/json"}, b'{"code": "A", "message": "b"}', "the answer has no X-Request-ID"),
        ("get_sandboxes_sandbox_id", 404, JSON, b'{"detail": "Not Found"}', "answer: the whole: "),
        ("ping", 200, ID, b"pong", "status 200 has no body in the spec"),
        ("ping", 500, JSON, b"{}", "status 500 is not declared"),
        ("ping", 404, JSON, b'{"detail": "gone"}', "the error is in no envelope"),
        ("getMetrics", 200, {"content-type": "text/html", **ID}, b"<p>", "the answer is text/html"),
        ("getMetrics", 200, JSON, b"<p>", "the answer is no JSON"),
        ("getCommandStatus", 200, JSON, json.dumps({"id": 7}).encode(), "answer: id: 7 is not of type"),
        ("runCommand", 200, {"content-type": "text/event-stream", **ID}, b'{"type": 7}\n\n', "event b'{"),
        ("runCommand", 200, {"content-type": "text/event-stream", **ID}, b"data: x\n\n", "event b'data: x' is no JSON"),
        ("runCommand", 200, EVENTS, b'{"type":"stdout","text":"a","line_end":""}\n\n', "event b'{"),
        ("runCommand", 200, LINES, b'{"type":"stdout","text":"a","line_end":"x"}\n\n', "event b'{"),
        ("runCommand", 200, LINES, b'{"type":"ping","line_end":""}\n\n', "event b'{"),
    ],
)  # fmt: skip
def test_each_part_of_an_answer_is_checked(
    name: str, status: int, headers: dict[str, str], body: bytes, words: str
) -> None:
    found = response_problems(operation(name), status, headers, body)
    assert found
    assert all(problem.startswith(words) for problem in found), found


def test_a_last_line_without_an_end_is_known(sandbox: SandboxSync) -> None:
    event = b'{"type":"stdout","text":"a","line_end":"","timestamp":1}\n\n'
    assert response_problems(operation("runCommand"), 200, LINES, event) == []
    assert sandbox.commands.run("printf a").stdout == "a"
    assert sandbox.commands.run("echo a").stdout == "a\n"


def test_what_no_spec_has_is_not_found() -> None:
    assert find(APIS, "GET", "/sandboxes/x/nothing") is None
