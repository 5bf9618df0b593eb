"""What goes where: credentials only to those they are meant for, ids as one segment, nothing that nobody asked for."""

from __future__ import annotations

import logging
import traceback
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opensandbox import Sandbox
from opensandbox.config import ConnectionConfig
from opensandbox.exceptions import InvalidArgumentException, SandboxException
from tests._async.attaching import API_KEY, BOX, LOOKUP, attach, config_for
from tests._async.operations import GET, OPERATIONS, STREAM, Operation
from tests.support.deployment import TOKEN, Deployment
from tests.support.faults import FIN, RST, Request, Script, answer, chunk, head

pytestmark = pytest.mark.anyio

SECRET_HEADERS = {"Authorization": "Bearer hidden-1", "X-Custom": "hidden-2", "Cookie": "c=hidden-3"}
SECRETS = (API_KEY, TOKEN, "hidden-1", "hidden-2", "hidden-3", "signature-4")

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def of_the_server(request: Request) -> bool:
    return request.path.startswith("/v1/")


@pytest.mark.parametrize("through_server", [False, True])
async def test_headers_reach_those_they_are_meant_for(deployment: Deployment, through_server: bool) -> None:
    more = {"open-sandbox-api-key": "a key among the headers"}
    async with await attach(
        deployment, headers={**SECRET_HEADERS, **more}, use_server_proxy=through_server
    ) as sandbox:
        for operation in OPERATIONS.values():
            await operation.call(sandbox)
    assert {of_the_server(request) for request in deployment.requests} == {True, False}
    for request in deployment.requests:
        headers = request.headers
        # The user's own go everywhere, the key to the server, the token of an endpoint to that endpoint.
        assert headers["authorization"] == "Bearer hidden-1"
        assert headers["x-custom"] == "hidden-2"
        expected = API_KEY if of_the_server(request) or through_server else None
        assert headers.get("open-sandbox-api-key") == expected
        assert headers.get("x-execd-access-token") == (None if of_the_server(request) else TOKEN)
        assert "use_server_proxy=true" in request.target or not (through_server and request.line == LOOKUP)


async def test_only_expected_headers_are_sent(deployment: Deployment) -> None:
    async with await attach(deployment) as sandbox:
        await sandbox.get_info()
        await sandbox.commands.run("make")
    lookup, info, command = (set(request.headers) for request in deployment.requests)
    assert lookup == info == {"host", "user-agent", "open-sandbox-api-key"}
    assert command == {
        "host",
        "user-agent",
        "x-execd-access-token",
        "accept",
        "cache-control",
        "content-type",
        "content-length",
    }


async def test_life_of_a_sandbox_is_these_requests_and_no_others(deployment: Deployment) -> None:
    async with await Sandbox.create("python:3.12", connection_config=config_for(deployment)) as sandbox:
        await sandbox.commands.run("make")
        await sandbox.files.write_file("/file", b"content")
        await sandbox.files.read_bytes("/file")
        await sandbox.kill()
    assert deployment.lines() == [
        "POST /v1/sandboxes",
        "GET /v1/sandboxes/sbx-1/endpoints/44772",
        "GET /at/sbx-1/44772/ping",
        "POST /at/sbx-1/44772/command",
        "POST /at/sbx-1/44772/files/upload",
        "GET /at/sbx-1/44772/files/download",
        "DELETE /v1/sandboxes/sbx-1",
    ]
    assert deployment.connections == 1


async def test_cookies_of_answers_are_not_kept(deployment: Deployment) -> None:
    deployment.script(GET.route, [answer(503, set_cookie="session=1; Path=/")])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxException):
            await sandbox.get_info()
        await sandbox.get_info()
    assert all("cookie" not in request.headers for request in deployment.requests)


@pytest.mark.parametrize("setting", ["api_key", "headers", "user_agent"])
@pytest.mark.parametrize("bad", ["hidden-1\n", "hidden-1 ", "hidden-ключ-1"])
async def test_header_that_cannot_be_sent_is_refused_without_its_value(
    deployment: Deployment, setting: str, bad: str
) -> None:
    value = {"X-Custom": bad} if setting == "headers" else bad
    async with Sandbox(BOX, connection_config=config_for(deployment, **{setting: value})) as sandbox:
        with pytest.raises(InvalidArgumentException) as caught:
            await sandbox.get_info()
    assert {"headers": "X-Custom", "user_agent": "User-Agent"}.get(setting, setting) in str(caught.value)
    assert "hidden" not in repr(caught.value) + "".join(traceback.format_exception(caught.value))
    assert not deployment.requests


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sandbox_id=st.text(min_size=1, max_size=40)
    | st.sampled_from(["a/b", "../x", "%2e%2e", "a?b#c", "a b", "ü", "."])
)
async def test_id_reaches_the_server_as_one_segment_or_is_refused(
    deployment: Deployment, sandbox_id: str
) -> None:
    deployment.requests.clear()
    deployment.add(sandbox_id)
    async with Sandbox(sandbox_id, connection_config=config_for(deployment)) as sandbox:
        try:
            await sandbox.get_info()
        except InvalidArgumentException:
            assert not deployment.requests
            assert sandbox_id in (".", "..") or not sandbox_id.strip() or not sandbox_id.isprintable()
            return
    (request,) = deployment.requests
    prefix, _, segment = request.target.rpartition("/")
    assert (prefix, unquote(segment)) == ("/v1/sandboxes", sandbox_id)


def hidden_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


FAULTS: dict[str, Script] = {
    "cut": [RST],
    "half": [head(200, content_length=99), b"{", FIN],
    "unreadable": [answer(200, {"headers": {"X-Token": TOKEN}, "unexpected": TOKEN})],
    "truncated": [answer(200, b'{"headers": {"X-Token": "' + TOKEN.encode())],
    "refused": [answer(403, {"code": "SOME::CODE", "message": "no"})],
    "validation": [answer(422, {"detail": [{"loc": ["body"], "msg": "wrong", "input": TOKEN}]})],
    "redirect": [answer(302, location="http://user:hidden-1@files.example.com/x?sig=signature-4")],
    "broken events": [
        head(200, content_type="text/event-stream", transfer_encoding="chunked"),
        chunk(b'{"type": "init", "text": "ex-1"}\n\n'),
        RST,
    ],
}


@every_operation
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_no_secret_shows_in_failures_and_logs(
    deployment: Deployment, caplog: pytest.LogCaptureFixture, operation: Operation, fault: Script
) -> None:
    caplog.set_level(logging.DEBUG)
    async with await attach(
        deployment, debug=True, headers=SECRET_HEADERS, retry_policy=ConnectionConfig().retry_policy
    ) as sandbox:
        deployment.script(operation.route, fault)
        try:
            await operation.call(sandbox)
        except SandboxException as failure:
            shown = [repr(failure), str(failure), *traceback.format_exception(failure)]
            assert not hidden_in("\n".join(shown))
    assert operation.path in caplog.text
    # What httpcore writes at this level, the heads of answers among it, is not in our hands.
    records = [record for record in caplog.records if not record.name.startswith("httpcore")]
    assert {record.name.partition(".")[0] for record in records} >= {"opensandbox"}
    assert not hidden_in("\n".join(record.getMessage() for record in records))


async def test_no_secret_shows_when_an_address_cannot_be_read(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    deployment.add(BOX)
    deployment.always(LOOKUP, [answer(200, {"headers": {"X-EXECD-ACCESS-TOKEN": TOKEN}})])
    async with Sandbox(BOX, connection_config=config_for(deployment, debug=True)) as sandbox:
        with pytest.raises(SandboxException, match="misses the member 'endpoint'") as caught:
            await sandbox.commands.run("make")
    assert not hidden_in("".join(traceback.format_exception(caught.value)) + caplog.text)


async def test_no_secret_shows_in_reprs(deployment: Deployment) -> None:
    config = config_for(deployment, headers=SECRET_HEADERS, proxy="http://user:hidden-1@proxy.example.com")
    async with await attach(deployment, headers=SECRET_HEADERS) as sandbox:
        things: list[Any] = [
            config,
            sandbox,
            sandbox.commands,
            sandbox.files,
            await sandbox.get_endpoint(44772),
        ]
        assert not hidden_in("\n".join(f"{thing!r} {thing!s}" for thing in things))


async def test_query_of_a_request_is_not_logged(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="opensandbox")
    async with await attach(deployment, debug=True) as sandbox:
        await sandbox.files.read_bytes("/path/signature-4")
    assert "/files/download" in caplog.text
    assert "signature-4" not in caplog.text


async def test_stream_tells_no_secret_while_it_runs(deployment: Deployment) -> None:
    deployment.script(STREAM.route, [answer(200, b'{"token": "hidden-1"}', content_type="application/json")])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxException, match="text/event-stream"):
            await sandbox.commands.run("make")
