"""What openapi/patches.yaml and the templates promise about the generated clients, seen from the outside."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any, Self, Unpack
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from opensandbox_api.calls import Parts
from opensandbox_api.client import AuthenticatedClient
from opensandbox_api.egress.models import ApiKeyCredentialAuth, CredentialBinding
from opensandbox_api.errors import UnexpectedStatus
from opensandbox_api.execd import Client as ExecdClient
from opensandbox_api.execd.api.command import run_command
from opensandbox_api.execd.api.filesystem import download_file, get_files_info
from opensandbox_api.execd.api.health import ping
from opensandbox_api.execd.api.isolated_execution import get_isolated_run_status
from opensandbox_api.execd.models import FileInfo, FileInfoType, RunCommandRequest, ServerStreamEvent
from opensandbox_api.lifecycle import Client as LifecycleClient
from opensandbox_api.lifecycle.api.sandboxes import (
    delete_sandbox_network_policy_rules,
    get_sandboxes_sandbox_id,
    patch_sandboxes_sandbox_id_metadata,
)
from opensandbox_api.lifecycle.models import PatchSandboxMetadataRequest, PolicyStatusResponse, SandboxStatus
from opensandbox_api.types import UNSET, Unset

ROOT = Path(__file__).parents[2]


class Recorder(ThreadingHTTPServer):
    """An HTTP server on a loopback port that records each request and gives the answer it was told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answer: tuple[int, str, bytes] = (200, "application/json", b"{}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def respond(self) -> None:
        recorder = self.server
        assert isinstance(recorder, Recorder)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        recorder.requests.append((self.command, self.path, dict(self.headers), body))
        status, content_type, content = recorder.answer
        self.send_response(status, "Status")
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Recorder]:
    with Recorder() as recorder:
        thread = Thread(target=recorder.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()


def test_null_members_count_as_absent() -> None:
    status = PolicyStatusResponse.from_dict({"status": "ok", "reason": None, "policy": {"egress": None}})
    assert status.to_dict() == {"status": "ok", "policy": {}}
    assert SandboxStatus.from_dict({"state": "Running", "lastTransitionAt": None}).to_dict() == {
        "state": "Running"
    }


def test_null_values_of_a_free_form_map_are_kept() -> None:
    event = ServerStreamEvent.from_dict({"type": "result", "results": {"text": None, "image/png": "…"}})
    assert event.to_dict() == {"type": "result", "results": {"text": None, "image/png": "…"}}


def test_a_word_that_an_enum_does_not_list_stays_readable() -> None:
    event = ServerStreamEvent.from_dict({"type": "telemetry"})
    assert event.type_ == "telemetry"
    assert str(event.type_) == "telemetry"
    assert event.to_dict() == {"type": "telemetry"}
    assert "telemetry" not in list(type(event.type_))
    assert FileInfoType("file") is FileInfoType.FILE


def test_members_that_the_contract_does_not_know_survive_in_open_schemas() -> None:
    assert RunCommandRequest.from_dict({"command": "ls", "nice": 5}).to_dict() == {"command": "ls", "nice": 5}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-01T10:00:00Z", datetime(2026, 5, 1, 10, tzinfo=UTC)),
        ("2026-05-01T10:00:00.5+02:00", datetime(2026, 5, 1, 10, 0, 0, 500000, timezone(timedelta(hours=2)))),
        ("2026-05-01T10:00:00.123456789Z", datetime(2026, 5, 1, 10, 0, 0, 123456, UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_instants_are_read_with_any_number_of_fractional_digits(text: str, instant: datetime) -> None:
    record = {
        "path": "/a",
        "size": 1,
        "owner": "",
        "group": "",
        "mode": 644,
        "created_at": text,
        "modified_at": text,
    }
    assert FileInfo.from_dict(record).created_at == instant


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "bearer", "credential": "token"},
        {"type": "basic", "credential": "token"},
        {"type": "apiKey", "name": "X-Key", "credential": "token"},
        {"type": "customHeaders", "headers": [{"name": "X-Key", "credential": "token"}]},
        {
            "type": "passthrough",
            "substitutions": [{"credential": "token", "placeholder": "{{}}", "in": ["query"]}],
        },
    ],
    ids=lambda auth: auth["type"],
)
def test_auth_rules_are_told_apart_by_their_type(auth: dict[str, Any]) -> None:
    binding = CredentialBinding.from_dict(
        {"name": "b", "match": {"hosts": ["api.example.com"]}, "auth": auth}
    )
    assert binding.auth.to_dict() == auth
    assert isinstance(binding.auth, ApiKeyCredentialAuth) == (auth["type"] == "apiKey")


def test_an_auth_rule_of_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="got 'magic'"):
        CredentialBinding.from_dict(
            {"name": "b", "match": {"hosts": ["api.example.com"]}, "auth": {"type": "magic"}}
        )


def test_delete_carries_a_json_body(server: Recorder) -> None:
    with LifecycleClient(server.url) as client:
        answer = delete_sandbox_network_policy_rules.sync_detailed(
            "s 1", client=client, body=["a.example.com"]
        )
    ((method, path, headers, body),) = server.requests
    assert (method, path) == ("DELETE", "/sandboxes/s%201/networkpolicy")
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == ["a.example.com"]
    assert answer.parsed == PolicyStatusResponse()


async def patch_metadata(url: str, patch: dict[str, Any]) -> int:
    async with LifecycleClient(url) as client:
        body = PatchSandboxMetadataRequest.from_dict(patch)
        return (
            await patch_sandboxes_sandbox_id_metadata.asyncio_detailed("s", client=client, body=body)
        ).status_code


def test_a_metadata_patch_sends_null_to_remove_a_key(server: Recorder) -> None:
    server.answer = (409, "application/json", b"{}")
    assert asyncio.run(patch_metadata(server.url, {"keep": "x", "remove": None})) == 409
    ((method, _, _, body),) = server.requests
    assert (method, json.loads(body)) == ("PATCH", {"keep": "x", "remove": None})


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"code":"X","message":"m"}'),
        (404, b"404 page not found"),
        (503, b'{"error":"no"}'),
        (520, b"<html>"),
        (401, b""),
    ],
)
def test_failures_are_handed_through_unparsed(server: Recorder, status: int, body: bytes) -> None:
    server.answer = (status, "text/plain", body)
    with LifecycleClient(server.url) as client:
        answer = get_sandboxes_sandbox_id.sync_detailed("s", client=client)
    assert (answer.status_code, answer.content, answer.parsed) == (status, body, None)


def test_a_stream_is_left_as_text(server: Recorder) -> None:
    server.answer = (200, "text/event-stream", b'{"type":"init"}\n\n{"type":"ping"}\n\n')
    with ExecdClient(server.url) as client:
        answer = run_command.sync_detailed(client=client, body=RunCommandRequest(command="true"))
    assert answer.parsed == '{"type":"init"}\n\n{"type":"ping"}\n\n'
    assert json.loads(server.requests[0][3]) == {"command": "true", "background": False}


def test_identifiers_are_sent_as_they_were_given(server: Recorder) -> None:
    server.answer = (404, "application/json", b"{}")
    with ExecdClient(server.url) as client:
        get_isolated_run_status.sync_detailed("0A", "run/1", client=client)
    assert server.requests[0][1] == "/v1/isolated/session/0A/runs/run%2F1"


def test_lists_repeat_their_query_key(server: Recorder) -> None:
    with ExecdClient(server.url) as client:
        get_files_info.sync_detailed(client=client, path=["/a b", "/c&d"])
    target = urlsplit(server.requests[0][1])
    assert (target.path, parse_qs(target.query)) == ("/files/info", {"path": ["/a b", "/c&d"]})


@pytest.mark.parametrize("given", [UNSET, "bytes=0-3"], ids=["whole", "range"])
def test_a_download_has_a_range_header_only_when_asked(server: Recorder, given: Any) -> None:
    server.answer = (206, "application/octet-stream", b"\x00\xff")
    with ExecdClient(server.url) as client:
        answer = download_file.sync_detailed(client=client, path="/a", range_=given)
    assert answer.parsed is not None
    assert answer.parsed.payload.read() == b"\x00\xff"
    assert server.requests[0][2].get("Range", UNSET) == given


def test_unset_is_one_object_also_when_it_is_copied_or_sent_to_another_process() -> None:
    copies = [copy.copy(UNSET), copy.deepcopy(UNSET), pickle.loads(pickle.dumps(UNSET))]
    assert all(each is UNSET for each in copies)
    assert not UNSET
    assert isinstance(UNSET, Unset)


def test_all_apis_share_one_unset_one_client_and_one_error() -> None:
    for api in ("diagnostics", "egress", "execd", "lifecycle"):
        types, client, errors = (
            import_module(f"opensandbox_api.{api}.{name}") for name in ("types", "client", "errors")
        )
        assert types.UNSET is UNSET
        assert client.Client is ExecdClient
        assert errors.UnexpectedStatus is UnexpectedStatus


def test_a_status_without_a_place_in_the_contract_has_no_result(server: Recorder) -> None:
    server.answer = (299, "application/json", b'{"id": "s"}')
    answer = get_sandboxes_sandbox_id.sync_detailed("s", client=LifecycleClient(server.url))
    assert (answer.status_code, answer.parsed) == (299, None)
    with pytest.raises(ValueError, match="status 299 has no body"):
        answer.result()


def test_a_client_that_wants_it_raises_for_such_a_status(server: Recorder) -> None:
    server.answer = (520, "text/plain", b"from a proxy")
    client = LifecycleClient(server.url, raise_on_unexpected_status=True)
    with pytest.raises(UnexpectedStatus, match="520") as caught:
        asyncio.run(get_sandboxes_sandbox_id.asyncio_detailed("s", client=client))
    assert caught.value.content == b"from a proxy"


def test_headers_cookies_and_a_token_are_sent_by_both_kinds_of_client(server: Recorder) -> None:
    client = AuthenticatedClient(server.url, "secret", headers={"A": "1"})
    with client.with_headers({"B": "2"}).with_cookies({"c": "3"}).with_timeout(httpx.Timeout(30)) as blocking:
        ping.sync_detailed(client=blocking)

    async def call() -> None:
        async with client.with_headers({"B": "2"}).with_cookies({"c": "3"}) as concurrent:
            await ping.asyncio_detailed(client=concurrent)

    asyncio.run(call())
    for _, _, headers, _ in server.requests:
        sent = {name.lower(): value for name, value in headers.items()}
        assert (sent["a"], sent["b"], sent["cookie"]) == ("1", "2", "c=3")
        assert sent["authorization"] == "Bearer secret"
    assert len(server.requests) == 2


def test_an_open_client_takes_new_headers_at_once(server: Recorder) -> None:
    with ExecdClient(server.url) as client:
        client.with_headers({"A": "1"})
        ping.sync_detailed(client=client)
    assert server.requests[0][2]["A"] == "1"


def test_any_object_that_sends_can_be_the_client() -> None:
    class Sender:
        raise_on_unexpected_status = False

        def get_httpx_client(self) -> Self:
            return self

        def request(self, method: str, url: str, **parts: Unpack[Parts]) -> httpx.Response:
            return httpx.Response(200, json=[method, url, sorted(parts)])

    answer = ping.sync_detailed(client=Sender())
    assert json.loads(answer.content) == ["get", "/ping", []]


def test_a_record_that_was_not_read_but_made_can_be_written() -> None:
    # In a process of its own: elsewhere the models that it is made of are loaded by now.
    program = (
        "from opensandbox_api.egress.models import BearerCredentialAuth, CredentialBinding, CredentialMatch as Match;"
        "auth = BearerCredentialAuth(type_='bearer', credential='c');"
        "print(CredentialBinding('b', Match(['h']), auth).to_dict()['auth'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "generated", capture_output=True, text=True
    )
    assert done.stdout == "{'type': 'bearer', 'credential': 'c'}\n", done.stderr
