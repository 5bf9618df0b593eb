"""Successful answers that are not what the API promises: what can be read is read, the rest names the answer it came with."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from opensandbox import Sandbox, SandboxManager
from opensandbox.exceptions import SandboxApiException, SandboxException
from opensandbox.models import SandboxFilter
from tests._async.attaching import BOX, LOOKUP, attach, config_for
from tests._async.leaks import connections_in_use
from tests._async.operations import DOWNLOAD, GET, STREAM, UPLOAD
from tests.support.deployment import CONTENT, CREATED, REQUEST_ID, Deployment
from tests.support.faults import FIN, answer, head

pytestmark = pytest.mark.anyio

RECORD: dict[str, Any] = {
    "id": BOX,
    "status": {"state": "Running"},
    "createdAt": CREATED,
    "entrypoint": ["sleep"],
}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in RECORD.items() if name not in names}


UNREADABLE = {
    "html": b"<html>Welcome to the intranet</html>",
    "empty": b"",
    "truncated": json.dumps(RECORD).encode()[:40],
    "binary": bytes(range(256)),
    "deep": b'{"id":' * 50_000,
    "a list": b"[]",
    "a text": b'"box"',
    "a number": b"5",
    "null": b"null",
    "no id": json.dumps(without("id")).encode(),
    "no status": json.dumps(without("status")).encode(),
    "status of another shape": json.dumps({**RECORD, "status": "Running"}).encode(),
    "time of another type": json.dumps({**RECORD, "createdAt": 5}).encode(),
    "time that is none": json.dumps({**RECORD, "createdAt": "yesterday"}).encode(),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_unreadable_record_is_an_api_error(deployment: Deployment, body: bytes) -> None:
    deployment.script(GET.route, [answer(200, body, x_request_id=REQUEST_ID)])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException) as caught:
            await sandbox.get_info()
        assert not connections_in_use()
    failure = caught.value
    assert type(failure) is SandboxApiException
    assert (failure.status_code, failure.request_id) == (200, REQUEST_ID)
    assert (failure.method, failure.path) == (GET.method, GET.path)
    assert failure.response_body == body
    assert f"{GET.route} answered 200" in str(failure)
    assert "is the domain that of an OpenSandbox server" in str(failure)
    assert failure.__cause__ is not None
    assert not failure.is_retryable
    assert len(str(failure)) < 1000


async def test_message_names_the_member_that_is_missing(deployment: Deployment) -> None:
    deployment.script(GET.route, [answer(200, without("status"))])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException, match="misses the member 'status'"):
            await sandbox.get_info()


READABLE = {
    "optional members missing": RECORD,
    "null members": {
        **RECORD,
        "status": {"state": "Running", "reason": None, "message": None, "lastTransitionAt": None},
        **dict.fromkeys(
            ("image", "metadata", "expiresAt", "platform", "extensions", "snapshotId", "allocation")
        ),
    },
    "unknown words": {
        **RECORD,
        "status": {"state": "Running", "reason": "SOLAR_FLARE"},
        "platform": {"os": "plan9", "arch": "pdp11"},
    },
    "extra members": {**RECORD, "future": {"deep": [1]}, "status": {"state": "Running", "mood": "good"}},
    "nine digits": {**RECORD, "createdAt": "2026-01-02T03:04:05.123456789Z"},
    "an offset": {**RECORD, "createdAt": "2026-01-02T05:04:05+02:00"},
}


@pytest.mark.parametrize("record", READABLE.values(), ids=READABLE)
async def test_record_that_is_only_unusual_is_read(deployment: Deployment, record: dict[str, Any]) -> None:
    deployment.script(GET.route, [answer(200, record)])
    async with await attach(deployment) as sandbox:
        info = await sandbox.get_info()
    assert (info.id, info.status.state, info.metadata) == (BOX, "Running", {})
    assert info.created_at.replace(microsecond=0) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def test_unknown_state_is_handed_through(deployment: Deployment) -> None:
    deployment.script(GET.route, [answer(200, {**RECORD, "status": {"state": "Hibernating"}})])
    async with await attach(deployment) as sandbox:
        assert (await sandbox.get_info()).status.state == "Hibernating"


async def _list(sandbox: Sandbox) -> Any:
    async with await SandboxManager.create(sandbox.connection_config) as manager:
        return await manager.list_sandbox_infos(SandboxFilter())


async def _endpoint(sandbox: Sandbox) -> Any:
    return await sandbox.get_endpoint(8080)


async def _renew(sandbox: Sandbox) -> Any:
    return await sandbox.renew(60)


async def _status(sandbox: Sandbox) -> Any:
    return await sandbox.commands.get_command_status("ex-1")


async def _metrics(sandbox: Sandbox) -> Any:
    return await sandbox.get_metrics()


@pytest.mark.parametrize("body", [b"<html></html>", b"", b'{"items": [{', b"[1]", b"null", b'"x"', b"7"])
@pytest.mark.parametrize(
    ("call", "route"),
    [
        (_list, "GET /v1/sandboxes"),
        (_endpoint, "GET /v1/sandboxes/box/endpoints/8080"),
        (_renew, "POST /v1/sandboxes/box/renew-expiration"),
        (_status, "GET /at/box/44772/command/status/ex-1"),
        (_metrics, "GET /at/box/44772/metrics"),
    ],
)
async def test_nonsense_is_an_api_error_whatever_was_asked(
    deployment: Deployment, call: Callable[[Sandbox], Awaitable[Any]], route: str, body: bytes
) -> None:
    deployment.script(route, [answer(200, body, x_request_id=REQUEST_ID)])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException) as caught:
            await call(sandbox)
        assert (caught.value.status_code, caught.value.request_id) == (200, REQUEST_ID)
        assert not connections_in_use()


@pytest.mark.parametrize("body", [b"<html></html>", b'{"/file": {', b"[1]", b'"x"', b"7", b'{"/file": 7}'])
async def test_nonsense_about_files_is_an_api_error(deployment: Deployment, body: bytes) -> None:
    deployment.script("GET /at/box/44772/files/info", [answer(200, body, x_request_id=REQUEST_ID)])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException) as caught:
            await sandbox.files.get_file_info(["/file"])
    assert (caught.value.status_code, caught.value.request_id) == (200, REQUEST_ID)


@pytest.mark.off_contract(reason="an address that ends in a fragment hides the path")
@pytest.mark.parametrize(
    "address", ["", "http://[", "no host:port:", "\x00", "user@localhost:1", "sandbox.invalid/#"]
)
async def test_endpoint_that_is_no_address_is_refused(deployment: Deployment, address: str) -> None:
    sandbox = await attach(deployment)
    await sandbox.close()
    deployment.always(LOOKUP, [answer(200, {"endpoint": address})])
    async with Sandbox(BOX, connection_config=config_for(deployment)) as fresh:
        with pytest.raises(SandboxException) as caught:
            await fresh.commands.run("make")
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize("content_type", ["application/json", "text/html", ""])
async def test_stream_of_another_type_is_refused(deployment: Deployment, content_type: str) -> None:
    body = b'{"hello": "world"}'
    deployment.script(STREAM.route, [answer(200, body, content_type=content_type, x_request_id=REQUEST_ID)])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxApiException, match="text/event-stream") as caught:
            await sandbox.commands.run("make")
        assert (caught.value.status_code, caught.value.request_id) == (200, REQUEST_ID)
        assert "has the members 'hello'" in str(caught.value)
        assert not connections_in_use()


async def test_download_takes_any_content_type_and_no_content(deployment: Deployment) -> None:
    async with await attach(deployment) as sandbox:
        deployment.script(DOWNLOAD.route, [answer(200, CONTENT, content_type="text/html")])
        assert await sandbox.files.read_bytes("/file") == CONTENT
        deployment.script(DOWNLOAD.route, [answer(200)])
        assert await sandbox.files.read_bytes("/file") == b""


async def test_upload_does_not_mind_a_body(deployment: Deployment) -> None:
    deployment.script(UPLOAD.route, [answer(200, b"<html>fine</html>")])
    async with await attach(deployment) as sandbox:
        await sandbox.files.write_file("/file", b"content")


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        head(200, transfer_encoding="chunked") + b"XYZ\r\n",
        head(200, content_encoding="gzip", content_length=4) + b"rubb",
    ],
)
async def test_answer_that_is_no_http_is_a_typed_error(deployment: Deployment, broken: bytes) -> None:
    deployment.script(GET.route, [broken, FIN])
    async with await attach(deployment) as sandbox:
        with pytest.raises(SandboxException) as caught:
            await sandbox.get_info()
        assert GET.route in str(caught.value)
        assert not connections_in_use()
