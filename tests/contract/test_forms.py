"""Files are sent whole, whatever they hold: the boundary of a form is a random word, for generated operations and for the SDK."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import httpx
import pytest
from opensandbox_api.execd.api.filesystem import upload_file
from opensandbox_api.execd.client import Client
from opensandbox_api.execd.models import UploadFileBody
from opensandbox_api.types import File

from opensandbox import SandboxSync
from opensandbox.constants import DEFAULT_EXECD_PORT
from opensandbox.local import LocalServer

FIXED = ("+++", "boundary", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "=" * 15)
CONTENT = b"before\r\n" + b"".join(f"--{word}\r\n\r\n--{word}--\r\n".encode() for word in FIXED) + b"after"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxSync]:
    with (
        LocalServer(spares=0) as server,
        SandboxSync.ephemeral("ubuntu", connection_config=server.connection_config_sync()) as sandbox,
    ):
        yield sandbox


def form(path: str) -> UploadFileBody:
    metadata = io.BytesIO(json.dumps({"path": path}).encode())
    return UploadFileBody(
        metadata=File(metadata, "metadata", "application/json"), file=File(io.BytesIO(CONTENT), "file")
    )


def test_a_generated_operation_sends_a_file_that_holds_boundaries(sandbox: SandboxSync) -> None:
    endpoint = sandbox.get_endpoint(DEFAULT_EXECD_PORT)
    client = Client(
        base_url=f"http://{endpoint.endpoint}", headers=endpoint.headers, httpx_args={"trust_env": False}
    )
    with client:
        answer = upload_file.sync_detailed(client=client, body=form("/workspace/generated"))

    assert answer.status_code == 200
    assert sandbox.files.read_bytes("/workspace/generated") == CONTENT


def test_the_sdk_sends_a_file_that_holds_boundaries(sandbox: SandboxSync) -> None:
    sandbox.files.write_file("/workspace/own", CONTENT)

    assert sandbox.files.read_bytes("/workspace/own") == CONTENT


def test_no_two_forms_have_the_same_boundary() -> None:
    requests = [httpx.Request(**upload_file.request_of(body=form("/a"))) for _ in range(2)]

    types = [request.headers["Content-Type"] for request in requests]
    assert all(kind.startswith("multipart/form-data; boundary=") for kind in types)
    assert len(set(types)) == 2
